/// What is said of the next plan by height while its height is still to come.
extension PlanJudge {
    /// Its reason is without the present height, which every block changes: the status tells it.
    func ahead(_ next: HeightFacts) -> Verdict {
        let plan = next.plan
        if case .failure(let trouble) = next.style {
            return trouble == .notAsked ? unjudged(plan, trouble) : refused(plan, trouble)
        }
        guard let exact = next.exactHalt else {
            return refused(
                plan,
                HeightTrouble(
                    reason: "the present binary cannot be told to halt before its first block",
                    remedy: "let current be the plan's own binary from the start"))
        }
        let trouble = trouble(next, exact)
        var verdict = Verdict(
            .heightAhead, .carryOn, plan: plan,
            code: facts.reached == nil && facts.child == .alive ? .heightUnknown : .beforeHeight,
            reason: "the plan is for \(plan.height); "
                + (trouble.map { "\($0.reason): \($0.remedy)" } ?? how(next, exact)))
        verdict.trouble = trouble
        return verdict
    }

    /// For a moment.
    private func unjudged(_ plan: UpgradePlan, _ trouble: HeightTrouble) -> Verdict {
        Verdict(
            .heightUnjudged, .carryOn, plan: plan,
            reason: "the plan is for \(plan.height); \(trouble.reason)")
    }

    private func refused(_ plan: UpgradePlan, _ trouble: HeightTrouble) -> Verdict {
        var verdict = Verdict(
            .heightAhead, .carryOn, plan: plan, state: .blocked, code: .contradictory,
            reason: "the plan for \(plan.height) cannot be kept: \(trouble.reason); "
                + trouble.remedy)
        verdict.trouble = trouble
        return verdict
    }

    /// What ends the daemon elsewhere, or may.
    private func trouble(_ next: HeightFacts, _ exact: Height) -> HeightTrouble? {
        if next.wanted?.height != exact {
            return .conflict(
                next.wanted?.words ?? "--halt-height=0",
                "leave the halt height to the plan, which needs \(exact)")
        }
        guard facts.child == .alive else { return nil }
        guard isInForce(next) else {
            let restart = "restart the node before the height"
            return next.watches
                ? HeightTrouble(
                    reason: "inexact, for the height is only watched", remedy: restart,
                    isRefusal: false)
                : HeightTrouble(
                    reason: "the running daemon was started without halt-height \(exact)",
                    remedy: restart, isRefusal: false)
        }
        guard let served = next.served, served != exact else { return nil }
        return .conflict(
            "the daemon itself says that its halt-height is \(served), which",
            "make sure that no script stands in for it; \(exact) is needed")
    }

    /// What ends the daemon before the height, a clause.
    private func how(_ next: HeightFacts, _ exact: Height) -> String {
        guard facts.child == .alive else {
            return "the daemon is started with halt-height \(exact)"
        }
        return next.served == exact
            ? "the daemon itself says that it halts by halt-height \(exact)"
            : "the daemon has halt-height \(exact)"
    }
}

extension HeightTrouble {
    fileprivate static func conflict(_ what: String, _ remedy: String) -> HeightTrouble {
        HeightTrouble(
            reason: "conflict: \(what) ends the daemon elsewhere", remedy: remedy)
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
