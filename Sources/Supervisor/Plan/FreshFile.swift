extension PlanJudge {
    /// The daemon wrote the file during this run of it, or somebody else did.
    func fresh(_ plan: UpgradePlan) -> Verdict {
        if isPassed(plan.height) { return passedByHand(plan) }
        if isCurrent(plan) { return isByHand ? old(plan) : wrongBinary(plan) }
        guard facts.isComet || facts.reached != nil else {
            return due(
                .noHeightSource, plan, code: .fileWritten,
                reason: "the daemon wrote the plan for \(plan.height), "
                    + "and this home has no source of heights")
        }
        return facts.child == .alive ? freshAlive(plan) : freshExited(plan)
    }

    /// A file that keeps every daemon down was not written by the one that ended.
    private var isByHand: Bool { facts.isRefusedByDaemon && facts.child != .alive }

    /// x/upgrade of a binary that has the handler never writes the file: this one lacks it.
    ///
    /// A passed height is looked at before, as `chown -R` makes an old file look fresh.
    private func wrongBinary(_ plan: UpgradePlan) -> Verdict {
        Verdict(
            .wrongBinary, .blocked(.wrongBinary(plan)), plan: plan, state: .blocked,
            code: .contradictory,
            reason: "the binary in upgrades/\(plan.name.directory) asks for its own upgrade "
                + "at \(plan.height)")
    }

    private func passedByHand(_ plan: UpgradePlan) -> Verdict {
        if isCurrent(plan) {
            return Verdict(
                .applied, .carryOn, plan: plan, state: .applied, code: .verified,
                reason: "\(plan.height) was applied by this binary")
        }
        return Verdict(
            facts.child == .alive ? .passedByHand : .stale, .carryOn, plan: plan, state: .stale,
            code: .heightPassed,
            reason: "\(plan.height) was passed by the present binary; the file was put there later")
    }

    private func freshAlive(_ plan: UpgradePlan) -> Verdict {
        let height = plan.height
        guard let reached = reached(by: height) else {
            return Verdict(
                .unknown, .watchClosely, plan: plan, code: .heightUnknown,
                reason: "no height to be had: RPC does not answer and cs.wal tells none; "
                    + "the plan is for \(height)")
        }
        if reached == height {
            if facts.applied == height - 1 {
                return due(
                    .halted, plan, code: .fileWritten,
                    reason: "the daemon wrote the plan; block \(height) is stored and not applied")
            }
            if facts.applied == nil, facts.wal == height, isQuiet {
                return due(
                    .halted, plan, code: .fileWritten,
                    reason: "the daemon wrote the plan; cs.wal ends at \(height) and is silent")
            }
            return Verdict(
                .unknown, .watchClosely, plan: plan, code: .atHeight,
                reason: "block \(height) is stored; whether it was applied is not known yet")
        }
        if reached == height - 1 {
            return Verdict(
                .imminent, .watchClosely, plan: plan, code: .fileWritten,
                reason: "the daemon wrote the plan; block \(height) is not decided yet")
        }
        return Verdict(
            .scheduled, .carryOn, plan: plan,
            reason: "height \(reached), plan is for \(height)")
    }

    private var isQuiet: Bool {
        facts.walQuietFor.map { $0 >= .seconds(5) } ?? false
    }

    private func freshExited(_ plan: UpgradePlan) -> Verdict {
        let height = plan.height
        if let reached = reached(by: height), reached >= height - 1 {
            return due(
                .exited, plan, code: .daemonExited,
                reason: "the daemon wrote the plan for \(height) and ended at height \(reached)")
        }
        if let proving = facts.proving, proving.name == plan.name.text, proving.height == height {
            return due(
                .exited, plan, code: .daemonExited,
                reason: "the daemon, started once more, wrote the plan for \(height) again "
                    + "and ended")
        }
        return Verdict(
            .unproven, .launchAgain, plan: plan, code: .daemonExited,
            reason: "the daemon wrote the plan and ended below \(height) as far as is known; "
                + "started once more, it will show")
    }
}
