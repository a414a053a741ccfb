import FoundationEssentials
import Supervisor

/// The body of `PUT /v1/plans/{name}`.
struct PlanRequest: Sendable {
    let declaration: PlanDeclaration

    /// Bytes of UTF-8.
    private static let infoLimit = 16 * 1024

    init(_ bytes: [UInt8]) throws(Problem) {
        var object = try RequestObject(bytes)
        let trigger = object.word("trigger", of: PlanFacts.Trigger.self)
        let height = object.height("height")
        let digest = object.sha256("expected_sha256")
        let info = object.string("info", limit: Self.infoLimit)
        if let trigger, (trigger == .manual) != (height == nil), !object.isRefused("height") {
            object.refuse(
                "height",
                trigger == .manual
                    ? "must be null for a manual plan"
                    : "is required for the trigger \"\(trigger.rawValue)\"")
        }
        if trigger == nil, !object.isRefused("trigger") { object.refuse("trigger", "is required") }
        try object.end()
        declaration = PlanDeclaration(
            trigger: trigger ?? .manual, height: height, expectedSHA256: digest,
            info: info.flatMap { $0.isEmpty ? nil : $0 })
    }
}

extension PlanFacts {
    /// Says just what is declared, so that nothing has to change.
    func isDeclared(as declaration: PlanDeclaration) -> Bool {
        guard state != .cancelled else { return false }
        switch origin {
        case .layout: return false
        case .operator:
            let kept = PlanDeclaration(
                trigger: trigger, height: trigger == .manual ? nil : height,
                expectedSHA256: expectedSHA256, info: info)
            return kept.isSame(as: declaration)
        case .chain:
            // What the chain has set is not asked of who only pins a digest.
            return declaration.trigger == .chain && declaration.height == height
                && declaration.expectedSHA256 == expectedSHA256
                && (declaration.info == nil || declaration.info == info)
        }
    }
}
