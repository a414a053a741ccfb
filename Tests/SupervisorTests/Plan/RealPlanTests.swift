import FoundationEssentials
import Testing

@testable import Supervisor

/// Plans that real chains had, collected beside the repository, and some that none had yet.
struct RealPlanTests {
    private struct Collected: Decodable {
        struct Plan: Decodable {
            let name: String
            let height: Height?
            let info: String?
        }

        let plan: Plan
    }

    /// What x/upgrade writes of a plan.
    private struct Written: Encodable {
        let name: String
        let time = "0001-01-01T00:00:00Z"
        let height: Height
        let info: String?
    }

    static let folder =
        #filePath.split(separator: "/").dropLast(5).map { "/" + $0 }.joined()
        + "/shared/plans"

    private static func collected() throws -> [(String, Collected.Plan)] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
            let data = try Data(contentsOf: URL(filePath: folder + "/" + name))
            return (name, try JSONDecoder().decode(Collected.self, from: data).plan)
        }
    }

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: folder),
            "there is no collection of plans at \(folder)"))
    func `every collected plan is read, judged and given its folder`() throws {
        let plans = try Self.collected()
        #expect(plans.count >= 72)
        for (file, plan) in plans {
            try Self.check(plan.name, plan.height ?? 1_234_567, plan.info ?? "", "\(file)")
            let name = try PlanName(plan.name, case: .lowered)
            // None of them needs escaping.
            #expect(name.directory == plan.name.lowercased(), "\(file)")
        }
    }

    @Test func `made-up plans are read and judged as well`() throws {
        let huge = String(repeating: #"{"url":"https://example.org/<a>&b"}"#, count: 10_000)
        let plans: [(String, Height, String)] = [
            ("some spaces / and slashes", 1, "plain words: v8.0.1"),
            ("Überraschung 🚀", .max, "https://example.org/plan.json?checksum=sha256:0"),
            ("v1", 2, ""), ("v2-huge", 3, huge), ("%2e%2e", 4, "\"\\\u{1}\n\t\u{2028}"),
            ("$&+:=@", 5, #"{"binaries":{"any":"file:///etc/passwd"}}"#),
        ]
        for (name, height, info) in plans { try Self.check(name, height, info, "\(name)") }
    }

    private static func check(
        _ name: String, _ height: Height, _ info: String, _ comment: Comment
    ) throws {
        let json = try JSONEncoder().encode(
            Written(name: name, height: height, info: info.isEmpty ? nil : info))
        let text = String(decoding: json, as: UTF8.self)
        // As Go's encoder has it.
        let escaped = text.replacing("<", with: #"\u003c"#).replacing(">", with: #"\u003e"#)
            .replacing("&", with: #"\u0026"#)
        for form in [text, escaped] {
            let plan = try UpgradePlan(json: Array(form.utf8), case: .lowered)
            #expect(plan.name.text == name, comment)
            #expect(plan.height == height, comment)
            #expect(plan.info == info, comment)
            judge(plan, comment)
        }
    }

    private static func judge(_ plan: UpgradePlan, _ comment: Comment) {
        var facts = Facts(current: .genesis)
        facts.file = .plan(plan)
        facts.isComet = true
        facts.child = .alive
        facts.binary = .present
        facts.isFresh = true
        (facts.stored, facts.applied) = (plan.height, plan.height - 1)
        #expect(PlanJudge(facts).verdict.ruling == .due, comment)
        (facts.stored, facts.applied) = (plan.height - 1, plan.height - 1)
        #expect(PlanJudge(facts).verdict.row == .imminent, comment)
        (facts.stored, facts.applied) = (plan.height - 2, plan.height - 2)
        #expect(PlanJudge(facts).verdict.row == .scheduled, comment)
        (facts.stored, facts.applied) = (plan.height, plan.height)
        #expect(PlanJudge(facts).verdict.row == .passedByHand, comment)
        facts.isFresh = false
        #expect(PlanJudge(facts).verdict.row == .stale, comment)
        (facts.stored, facts.applied) = (plan.height - 1, plan.height - 1)
        #expect(PlanJudge(facts).verdict.row == .ahead, comment)
    }
}
