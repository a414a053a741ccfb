import Testing

@testable import Supervisor

/// How far a plan is that only an operator tells of.
struct DeclaredPlanTests {
    /// "trigger, plan's height, stored, applied → state, reason".
    @Test(
        arguments: [
            ("manual", nil, nil, nil, "pending height_unknown"),
            ("manual", nil, 500, 500, "pending height_unknown"),
            ("chain", 100, nil, nil, "pending height_unknown"),
            ("chain", 100, 99, 98, "pending before_height"),
            ("chain", 100, 100, 99, "pending at_height"),
            ("chain", 100, 101, 100, "stale height_passed"),
            ("height", 100, nil, nil, "pending height_unknown"),
            ("height", 100, 99, 99, "pending before_height"),
            ("height", 100, 100, nil, "pending before_height"),
            ("height", 100, 100, 98, "pending before_height"),
            ("height", 100, 100, 99, "due at_height"),
            ("height", 100, 100, 100, "stale height_passed"),
            ("height", 100, 101, nil, "stale height_passed"),
        ] as [(String, Height?, Height?, Height?, String)])
    func `its state follows from the heights`(
        trigger: String, height: Height?, stored: Height?, applied: Height?, expected: String
    ) throws {
        let declaration = PlanDeclaration(
            trigger: try #require(PlanFacts.Trigger(rawValue: trigger)), height: height)
        let plan = DeclaredPlan(declaration, stored: stored, applied: applied)
        #expect("\(plan.state.rawValue) \(plan.code.rawValue)" == expected)
    }
}
