/// Decides whether the plan file is due, from facts alone; the reason is part of the verdict.
///
/// The rows are those of the rule table of the upgrade convention; the first that fits wins. What
/// makes a plan due is always the daemon's own act on its way through the plan's height, never that
/// a height is high enough.
package struct PlanJudge: Sendable {
    package let facts: Facts

    package init(_ facts: Facts) {
        self.facts = facts
    }

    /// What is to be done now; of the plan by height only if something is to be done for it.
    package var verdict: Verdict {
        var verdict = ruling
        if verdict.ruling == .carryOn, let height = heightVerdict, height.ruling != .carryOn {
            verdict = height
        }
        if let due = facts.due, let name = currentName(due.name) {
            verdict.provisional = UpgradePlan(name: name, height: due.height, info: due.info)
        }
        return verdict
    }

    private var ruling: Verdict {
        if case .broken(let block) = facts.current {
            return Verdict(.link, .blocked(block), state: .blocked, reason: block.reason)
        }
        if let plan = facts.commanded {
            var verdict = due(
                .commanded, plan, code: .atHeight,
                reason: facts.due?.reason ?? "an operator's switch is under way")
            verdict.trigger = .manual
            return verdict
        }
        switch facts.file {
        case .absent:
            return unwritten ?? Verdict(.none, .carryOn, reason: "there is no upgrade-info.json")
        case .unusable(let what):
            return unusable(what)
        case .empty:
            return incomplete("the file is empty")
        case .broken(let what):
            return incomplete(what)
        case .plan(let plan):
            return held(plan) ?? skippedAnew(plan) ?? resumed(plan)
                ?? (facts.isFresh ? fresh(plan) : old(plan))
        }
    }

    /// The plan's name, if `current` is its folder.
    private func currentName(_ text: String) -> PlanName? {
        for letters in [PlanName.LetterCase.lowered, .kept] {
            if let name = try? PlanName(text, case: letters),
                facts.current.upgradeDirectory == name.directory
            {
                return name
            }
        }
        return nil
    }

    func isCurrent(_ plan: UpgradePlan) -> Bool {
        facts.current.upgradeDirectory == plan.name.directory
    }

    /// Block H is applied: H itself is past.
    func isPassed(_ height: Height) -> Bool {
        (facts.applied.map { $0 >= height } ?? false)
            || (reached(by: height).map { $0 > height } ?? false)
    }

    /// The stored height, for a plan of that height.
    ///
    /// A log that this child has added nothing to may have come with other data, and block sync
    /// leaves it as it is: it may prove that the height is reached, and never that it is past.
    func reached(by height: Height) -> Height? {
        guard let wal = facts.wal, wal > height, !facts.isLogOfThisRun else {
            return facts.reached
        }
        return facts.stored
    }

    /// Due, if its binary is there to switch to.
    func due(
        _ row: Verdict.Row, _ plan: UpgradePlan, code: PlanReason, reason: String
    ) -> Verdict {
        Verdict(
            row, .due(plan, facts.binary, because: facts.missingBecause), plan: plan, state: .due,
            code: code, reason: reason)
    }
}

extension Verdict.Ruling {
    static func due(
        _ plan: UpgradePlan, _ binary: StagedBinary, because trouble: String?
    ) -> Self {
        switch binary {
        case .present: .due
        case .absent: .dueWithoutBinary(.binaryMissing(plan, because: trouble))
        case .held: .dueWithoutBinary(.binaryHeld(plan))
        case .unusable(let why): .dueWithoutBinary(.binaryUnusable(plan, why: why))
        }
    }
}

// MARK: - Holds, and what was decided before

extension PlanJudge {
    private func held(_ plan: UpgradePlan) -> Verdict? {
        guard let hold = facts.hold, hold.name == plan.name.text, hold.height == plan.height else {
            return nil
        }
        return Verdict(
            .held, .carryOn, plan: plan, state: .cancelled, code: .cancelledByOperator,
            reason: "held at \(plan.height): \(hold.reason)")
    }

    /// The operator has told the next daemon to skip what the last one halted for.
    private func skippedAnew(_ plan: UpgradePlan) -> Verdict? {
        guard facts.hasNewArguments, facts.child != .alive, !isCurrent(plan) else { return nil }
        return skipped(plan)
    }

    func skipped(_ plan: UpgradePlan) -> Verdict? {
        guard facts.skipped.contains(plan.height) else { return nil }
        return Verdict(
            .skipped, .carryOn, plan: plan, state: .stale, code: .skipHeight,
            reason: "the daemon is told to skip the upgrade at \(plan.height)")
    }

    private func resumed(_ plan: UpgradePlan) -> Verdict? {
        // A daemon that went on past the height, started by somebody else, ended our word.
        guard let due = facts.due, due.concerns(plan), !isCurrent(plan), !isPassed(plan.height)
        else { return nil }
        return self.due(
            .resumed, plan, code: .fileWritten,
            reason: "the upgrade at \(due.height) was begun and goes on: \(due.reason)")
    }
}

// MARK: - Files that are no plan

extension PlanJudge {
    private func incomplete(_ what: String) -> Verdict {
        func verdict(_ row: Verdict.Row, _ ruling: Verdict.Ruling, _ reason: String) -> Verdict {
            Verdict(row, ruling, state: .invalid, code: .unreadable, reason: reason)
        }
        switch facts.child {
        case .alive where facts.incompleteFor < .seconds(2):
            return verdict(
                .incomplete, .watchClosely, "upgrade-info.json is being written: \(what)")
        case .none, .alive:
            return verdict(
                .incomplete, .carryOn, "upgrade-info.json cannot be understood: \(what)")
        case .exited where facts.fruitlessStarts == 0:
            return verdict(
                .incomplete, .carryOn, "upgrade-info.json cannot be understood: \(what)")
        case .exited:
            let reason = "the daemon does not start on a broken upgrade-info.json: \(what)"
            guard facts.repairs == 0 else {
                return verdict(.broken, .blocked(.planFileBroken(what)), reason)
            }
            return verdict(
                .broken, .repair(facts.hasUnprovenCopy ? .restoreCopy : .moveAside), reason)
        }
    }

    private func unusable(_ what: String) -> Verdict {
        let isFatal = facts.child == .exited && facts.fruitlessStarts > 1
        return Verdict(
            .broken, isFatal ? .blocked(.planFileBroken(what)) : .carryOn, state: .invalid,
            code: .unreadable, reason: "upgrade-info.json cannot be read: \(what)")
    }

    /// The chain halted for a plan whose file the node could not write.
    ///
    /// A binary that has the plan's handler stands at that height too, while it migrates.
    var unwritten: Verdict? {
        guard let planned = facts.chainPlan, planned.height > 0, facts.child == .alive,
            currentName(planned.name) == nil, let stored = facts.stored, stored >= planned.height,
            facts.applied == planned.height - 1, facts.stalledFor >= .seconds(10)
        else { return nil }
        return Verdict(
            .unwritten, .blocked(.planFileUnwritten(planned)), state: .blocked, code: .atHeight,
            reason: "the chain halted at \(planned.height) for \"\(planned.name)\" "
                + "and the node wrote no upgrade-info.json")
    }
}
