import FoundationEssentials
import Supervisor

/// Whether the supervisor lives and its node is fit for use, in Kubernetes' form.
struct Health: Sendable {
    let board: StatusBoard
    /// How far ahead a plan that cannot succeed makes the node unready for it.
    let horizon: Duration

    /// How old the control loop's last sign of life may be.
    private static let beatLimit = Duration.seconds(10)

    /// The checks that can be asked for; only the first three are in the sum.
    enum Check: String, CaseIterable {
        case controlLoop = "control_loop"
        case daemon
        case notBlocked = "not_blocked"
        case plan
        case synced

        static let summed: [Check] = [.controlLoop, .daemon, .notBlocked]
    }

    @Sendable func livez(_ call: Call) -> Response {
        report([.controlLoop], named: "livez", for: call, remarks: [apiRemark])
    }

    @Sendable func readyz(_ call: Call) -> Response {
        report(Check.summed, named: "readyz", for: call)
    }

    @Sendable func check(_ call: Call) throws(Problem) -> Response {
        guard let check = call.parameters["check"].flatMap(Check.init) else {
            throw .checkUnknown
        }
        return report([check], named: "readyz", for: call)
    }

    /// A server that answers is well; whether it had to be replaced is worth knowing.
    private var apiRemark: String {
        let count = board.replacedAPIs
        return "[+]api ok" + (count == 0 ? "" : ", hung and replaced: \(count)")
    }

    private func report(
        _ checks: [Check], named name: String, for call: Call, remarks: [String] = []
    ) -> Response {
        let excluded = Set(call.request.target.values("exclude"))
        let status = board.status
        var lines: [String] = []
        var passed = true
        for check in checks {
            if excluded.contains(check.rawValue) {
                lines.append("[+]\(check.rawValue) excluded: ok")
            } else if let failure = failure(of: check, in: status) {
                let reason = call.request.caller.may(.read) ? failure : "reason withheld"
                lines.append("[-]\(check.rawValue) failed: \(reason)")
                passed = false
            } else {
                lines.append("[+]\(check.rawValue) ok")
            }
        }
        if passed, call.request.target.values("verbose").isEmpty { return .text("ok") }
        lines += remarks
        lines.append("\(name) check \(passed ? "passed" : "failed")")
        return .text(
            lines.map { $0 + "\n" }.joined(), status: passed ? .ok : .serviceUnavailable)
    }

    /// Why the check fails, in words; nil when it passes.
    private func failure(of check: Check, in status: Status) -> String? {
        switch check {
        case .controlLoop:
            let age = Instant.now - board.lastBeat
            return age <= Self.beatLimit
                ? nil : "no sign of life for \(age.components.seconds) seconds"
        case .daemon:
            guard status.daemon?.pid == nil else { return nil }
            return status.phase.reason ?? "the daemon does not run"
        case .notBlocked:
            guard status.phase.name == .blocked || status.phase.reasonCode != nil else {
                return nil
            }
            return status.phase.reason ?? "blocked"
        case .plan:
            return planFailure(in: status)
        case .synced:
            guard let catchingUp = status.height?.catchingUp else { return "not known" }
            return catchingUp ? "the node is catching up" : nil
        }
    }

    private func planFailure(in status: Status) -> String? {
        guard let next = status.next else { return nil }
        let end = Date.now + TimeInterval(horizon.components.seconds)
        if let expected = next.expectedAt, expected > end { return nil }
        switch next.verdict {
        case .pass, .warn: return nil
        case nil: return "the next plan has not been looked at yet"
        case .fail, .unknown:
            let plan = status.plans.first { $0.name == next.plan }
            let checks = plan.flatMap { status.preflights[$0.directory] }?.checks ?? []
            let reasons = checks.filter { $0.result == next.verdict }.map {
                "\($0.id.rawValue): \($0.reason)"
            }
            return "the next plan's preflight is \(next.verdict?.rawValue ?? "unknown"): "
                + reasons.joined(separator: "; ")
        }
    }
}
