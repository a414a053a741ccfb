/// What is said of the next plan by height while its height is still to come.
extension PlanJudge {
    /// Its reason is without the present height, which every block changes: the status tells it.
    func ahead(_ next: HeightFacts) -> Verdict {
        let plan = next.plan
        if case .failure(let unknown) = next.style {
            guard unknown != .notAsked else { return unjudged(plan, unknown.reason) }
            return refused(plan, unknown.reason, unknown.remedy)
        }
        guard let exact = next.exactHalt else {
            return refused(
                plan, "the present binary cannot be told to halt before its first block",
                "let current be the plan's own binary from the start")
        }
        return Verdict(
            .heightAhead, .carryOn, plan: plan,
            code: facts.reached == nil && facts.child == .alive ? .heightUnknown : .beforeHeight,
            reason: "the plan is for \(plan.height); " + how(next, exact))
    }

    /// For a moment.
    private func unjudged(_ plan: UpgradePlan, _ reason: String) -> Verdict {
        Verdict(
            .heightUnjudged, .carryOn, plan: plan,
            reason: "the plan is for \(plan.height); \(reason)")
    }

    private func refused(_ plan: UpgradePlan, _ reason: String, _ remedy: String) -> Verdict {
        Verdict(
            .heightAhead, .carryOn, plan: plan, state: .blocked, code: .contradictory,
            reason: "the plan for \(plan.height) cannot be kept: \(reason); \(remedy)")
    }

    /// What ends the daemon before the height, a clause.
    private func how(_ next: HeightFacts, _ exact: Height) -> String {
        if let wanted = next.wanted, wanted.height != exact {
            return "conflict: \(wanted.words) ends the daemon elsewhere, and \(exact) is needed"
        }
        guard next.wanted != nil else {
            return "conflict: the daemon's --halt-height=0 lets it run on, and \(exact) is needed"
        }
        guard facts.child == .alive else {
            return "the daemon is started with halt-height \(exact)"
        }
        guard isInForce(next) else {
            return next.watches
                ? "inexact: the height is watched; a restart of the node makes it exact"
                : "the running daemon was started without halt-height \(exact): restart the node "
                    + "before the height"
        }
        guard let served = next.served else { return "the daemon has halt-height \(exact)" }
        guard served == exact else {
            return "conflict: the daemon itself says that its halt-height is \(served), and "
                + "\(exact) is needed: does a script stand in for it?"
        }
        return "the daemon itself says that it halts by halt-height \(exact)"
    }
}

extension HaltSetting {
    /// As the operator knows it.
    fileprivate var words: String {
        switch source {
        case .plan: "halt-height \(height)"
        case .flag: "--halt-height=\(height)"
        case .environment: "the environment's halt height \(height)"
        case .file: "halt-height = \(height) in app.toml"
        }
    }
}
