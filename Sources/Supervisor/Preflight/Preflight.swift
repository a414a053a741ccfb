import FoundationEssentials

/// Whether this host will survive a plan, known before its height: what was looked at, and how each
/// came out.
package struct Preflight: Sendable, Equatable {
    package let plan: String
    /// Nil while nothing was looked at.
    package let evaluatedAt: Date?
    /// Of the staged binary that was looked at.
    package let subjectSHA256: String?
    /// One of each, in the order of their ids.
    package let checks: [PreflightCheck]

    package init(
        plan: String, evaluatedAt: Date?, subjectSHA256: String?, checks: [PreflightCheck]
    ) {
        self.plan = plan
        self.evaluatedAt = evaluatedAt
        self.subjectSHA256 = subjectSHA256
        self.checks = checks
    }

    /// Nothing is known, and why.
    package static func unknown(_ plan: PlanFacts, because reason: String) -> Preflight {
        Preflight(
            plan: plan.name, evaluatedAt: nil, subjectSHA256: nil,
            checks: PreflightCheck.ID.allCases.map { id in
                PreflightCheck(id, .unknown, reason, remedy: "Ask again in a few seconds.")
            })
    }

    package var verdict: PreflightResult {
        let results = checks.map(\.result)
        if results.contains(.fail) { return .fail }
        if checks.contains(where: { $0.result == .unknown && $0.id.isHard }) { return .unknown }
        return results.contains { $0 != .pass } ? .warn : .pass
    }

    package var failed: [PreflightCheck] { checks.filter { $0.result == .fail } }

    /// Those that stop a switch.
    package var failedHard: [PreflightCheck] { failed.filter(\.id.isHard) }
}

/// How a check ended; the verdict over all of them has the same words.
package enum PreflightResult: String, Sendable, CaseIterable {
    case pass, warn, fail, unknown
}

/// One thing that was looked at for a plan.
package struct PreflightCheck: Sendable, Equatable {
    package let id: ID
    package let result: PreflightResult
    /// A clause, for people.
    package let reason: String
    /// What helps, one sentence; nil for what passes.
    package let remedy: String?

    package init(_ id: ID, _ result: PreflightResult, _ reason: String, remedy: String? = nil) {
        self.id = id
        self.result = result
        self.reason = reason
        self.remedy = remedy
    }

    /// The checks of the API's contract, section C4, in their order.
    package enum ID: String, Sendable, CaseIterable {
        case planInfo = "plan_info"
        case directoryName = "directory_name"
        case binaryPresent = "binary_present"
        case trust, machine, loader, libraries, permissions, version
        case diskSpace = "disk_space"
        case backup
        case stopGrace = "stop_grace"
        case hooks, signer, height

        /// Stops a switch when it fails.
        package var isHard: Bool {
            switch self {
            case .binaryPresent, .trust, .machine, .loader, .libraries, .permissions: true
            case .planInfo, .directoryName, .version, .diskSpace, .backup, .stopGrace, .hooks,
                .signer, .height:
                false
            }
        }
    }
}
