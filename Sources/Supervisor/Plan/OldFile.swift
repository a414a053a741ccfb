extension PlanJudge {
    /// The file was there, just so, before this child began; or no child has begun yet.
    func old(_ plan: UpgradePlan) -> Verdict {
        // Most nodes have the file of an earlier upgrade when they cannot write the next.
        if let unwritten { return unwritten }
        if isCurrent(plan) {
            return Verdict(
                .applied, .carryOn, plan: plan,
                state: facts.due?.concerns(plan) == true ? .provisional : .applied, code: .verified,
                reason: "\"\(plan.name.text)\", of height \(plan.height), is what runs")
        }
        if isPassed(plan.height) {
            return Verdict(
                .stale, .carryOn, plan: plan, state: .stale, code: .heightPassed,
                reason: "\(plan.height) was passed by the present binary")
        }
        if facts.skipped.contains(plan.height) {
            return Verdict(
                .skipped, .carryOn, plan: plan, state: .stale, code: .skipHeight,
                reason: "the daemon is told to skip the upgrade at \(plan.height)")
        }
        if facts.child == .exited, facts.fruitlessStarts >= 2, facts.binary == .present {
            return Verdict(
                .mismatch, .blocked(.mismatch(plan)), plan: plan, state: .blocked,
                code: .contradictory,
                reason: "the present binary ended twice before any height, "
                    + "and the data names \"\(plan.name.text)\" at \(plan.height)")
        }
        return waiting(plan)
    }

    private func waiting(_ plan: UpgradePlan) -> Verdict {
        guard facts.child != .none else {
            return Verdict(
                .pending, .carryOn, plan: plan,
                code: facts.reached == nil ? .heightUnknown : .beforeHeight,
                reason: "an earlier plan file: the daemon will write it anew at \(plan.height), "
                    + "or pass that height")
        }
        guard let reached = facts.reached else {
            return Verdict(
                .ahead, .carryOn, plan: plan, code: .heightUnknown,
                reason: "no height to be had yet; the plan is for \(plan.height)")
        }
        return Verdict(
            .ahead, .carryOn, plan: plan,
            reason: "height \(reached), plan is for \(plan.height)")
    }
}
