extension PlanJudge {
    /// The file was there, just so, before this child began; or no child has begun yet.
    func old(_ plan: UpgradePlan) -> Verdict {
        // Most nodes have the file of an earlier upgrade when they cannot write the next.
        if let verdict = unwritten ?? refused(plan) { return verdict }
        if isCurrent(plan) {
            return Verdict(
                .applied, .carryOn, plan: plan,
                state: facts.due?.concerns(plan) == true ? .provisional : .applied, code: .verified,
                reason: "\"\(plan.name.text)\", of height \(plan.height), is what runs")
        }
        if let verdict = mismatch(plan) { return verdict }
        if isPassed(plan.height) {
            return Verdict(
                .stale, .carryOn, plan: plan, state: .stale, code: .heightPassed,
                reason: "\(plan.height) was passed by the present binary")
        }
        return skipped(plan) ?? waiting(plan)
    }

    /// Both binaries die on a file that only we can read.
    private func refused(_ plan: UpgradePlan) -> Verdict? {
        guard facts.isRefusedByDaemon, facts.child == .exited, facts.fruitlessStarts > 0,
            facts.repairs == 0
        else { return nil }
        return Verdict(
            .broken, .repair(facts.hasUnprovenCopy ? .restoreCopy : .moveAside), plan: plan,
            state: .invalid, code: .unreadable,
            reason: "the daemon does not start on a plan whose height, \(plan.height), is text "
                + "and not a number")
    }

    /// The consensus log may be of the data's former life: only a live height shows that the present
    /// binary gets along with it.
    private func mismatch(_ plan: UpgradePlan) -> Verdict? {
        guard facts.child == .exited, facts.fruitlessStarts >= 2, !facts.hasShownHeight,
            facts.binary == .present
        else { return nil }
        return Verdict(
            .mismatch, .blocked(.mismatch(plan)), plan: plan, state: .blocked,
            code: .contradictory,
            reason: "the present binary ended twice before any height, "
                + "and the data names \"\(plan.name.text)\" at \(plan.height)")
    }

    private func waiting(_ plan: UpgradePlan) -> Verdict {
        guard facts.child != .none else {
            return Verdict(
                .pending, .carryOn, plan: plan,
                code: reached(by: plan.height) == nil ? .heightUnknown : .beforeHeight,
                reason: "an earlier plan file: the daemon will write it anew at \(plan.height), "
                    + "or pass that height")
        }
        guard let reached = reached(by: plan.height) else {
            return Verdict(
                .ahead, .carryOn, plan: plan, code: .heightUnknown,
                reason: "no height to be had yet; the plan is for \(plan.height)")
        }
        return Verdict(
            .ahead, .carryOn, plan: plan,
            reason: "height \(reached), plan is for \(plan.height)")
    }
}
