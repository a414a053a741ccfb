extension PlanJudge {
    /// What is to be made of the next plan by height; nil when there is none to come.
    ///
    /// Only a daemon of which it is proven that its last applied block is the one before the plan's
    /// height leads to the switch. Everything else is named, with both heights.
    package var heightVerdict: Verdict? {
        guard let next = facts.next else { return released }
        var verdict = judgement(of: next)
        verdict.trigger = .height
        return verdict
    }

    private func judgement(of next: HeightFacts) -> Verdict {
        let plan = next.plan
        if let height = passedHeight(next) { return missed(next, at: height) }
        if let due = facts.due, due.concerns(plan) {
            return heightDue(
                .resumed, next,
                reason: "the upgrade at \(due.height) was begun and goes on: \(due.reason)")
        }
        switch facts.child {
        case .alive: return alive(next)
        case .exited, .none: return ended(next)
        }
    }

    /// A height that shows that the plan's own block is applied.
    ///
    /// A consensus log of the data's former life shows nothing.
    private func passedHeight(_ next: HeightFacts) -> Height? {
        let height = next.plan.height
        if let applied = facts.applied, applied >= height { return applied }
        guard let seen = seenHeight(next), seen > height else { return nil }
        return seen - 1
    }

    /// The last block that this daemon, or the last one, is known to have stored.
    func seenHeight(_ next: HeightFacts) -> Height? {
        let wal = next.isLogOfThisRun ? facts.wal : nil
        return [facts.stored, wal].compactMap(\.self).max()
    }

    func heightDue(_ row: Verdict.Row, _ next: HeightFacts, reason: String) -> Verdict {
        let plan = next.plan
        // A switch would take from the daemon what the chain asks for.
        if case .plan(let other) = facts.file, other.name != plan.name,
            other.height >= plan.height, !isCurrent(other)
        {
            return Verdict(
                row, .blocked(.planInTheWay(plan, other)), plan: plan, state: .blocked,
                code: .contradictory,
                reason: "upgrade-info.json names \"\(other.name.text)\" at \(other.height)")
        }
        return Verdict(
            row, .due(plan, next.binary, because: next.missingBecause), plan: plan, state: .due,
            code: .atHeight, reason: reason)
    }

    // MARK: - A daemon that lives

    private func alive(_ next: HeightFacts) -> Verdict {
        let height = next.plan.height
        if isHalted(before: height, next) {
            return heightDue(
                .heightExact, next,
                reason: "the daemon halted by its halt-height: block \(height) is stored, and "
                    + "\(height - 1) is the last one applied")
        }
        if isEarly(next) {
            return Verdict(
                .heightEarly, .restart, plan: next.plan, code: .beforeHeight,
                reason: "early: the daemon halted with \(facts.applied ?? 0) applied instead of "
                    + "\(height - 1); it is started again with halt-height \(height)")
        }
        if next.watches, !isInForce(next), facts.stored == height - 1,
            facts.applied == height - 1
        {
            return heightDue(
                .heightExact, next,
                reason: "inexact: block \(height - 1) was seen applied, and the daemon is ended "
                    + "before it may store \(height)")
        }
        return ahead(next)
    }

    /// The daemon stands before the plan's block, by its setting and not for a moment only.
    private func isHalted(before height: Height, _ next: HeightFacts) -> Bool {
        guard isInForce(next), case .success(let style) = next.style else { return false }
        guard facts.stored != nil || facts.applied != nil else {
            return !style.endsDaemon && next.isLogOfThisRun && facts.wal == height
                && facts.walQuietFor.map { $0 >= .seconds(5) } ?? false
        }
        guard facts.stored == height, facts.applied == height - 1 else { return false }
        if style.endsDaemon { return facts.stalledFor >= .seconds(10) }
        return next.served == facts.halt?.height || facts.stalledFor >= .seconds(2)
    }

    /// It stands at our setting as later versions do, so that the setting was one too low.
    private func isEarly(_ next: HeightFacts) -> Bool {
        guard let halt = facts.halt, halt.source == .plan, let stored = facts.stored,
            stored == halt.height, facts.applied == stored - 1, stored == next.plan.height - 1
        else { return false }
        return facts.stalledFor >= .seconds(10)
    }

    func isInForce(_ next: HeightFacts) -> Bool {
        guard let halt = facts.halt, let exact = next.exactHalt else { return false }
        return halt.height == exact
    }

    /// A halt height of ours whose plan was taken back, or passed, holds the daemon up or has ended
    /// it.
    private var released: Verdict? {
        guard let halt = facts.halt, halt.source == .plan else { return nil }
        let reason = "halted by halt-height \(halt.height) for a plan that is none any more"
        switch facts.child {
        case .alive:
            guard let stored = facts.stored, stored >= halt.height, facts.applied == stored - 1,
                facts.stalledFor >= .seconds(10)
            else { return nil }
            return Verdict(
                .heightEarly, .restart, reason: "the daemon is \(reason); it is started again")
        case .exited:
            guard facts.end == .byItself(isSuccess: true) else { return nil }
            return Verdict(
                .heightEarly, .launchAgain, reason: "the daemon was \(reason); it is started again")
        case .none: return nil
        }
    }

    // MARK: - Passed

    private func missed(_ next: HeightFacts, at reached: Height) -> Verdict {
        let plan = next.plan
        let wasPassedBefore = next.heightAtStart.map { $0 >= plan.height } ?? false
        let isOvershot = isInForce(next) && !wasPassedBefore
        // One that ends by its setting has gone too far, and is stopped in a moment.
        let isEnding = isOvershot && facts.child == .alive && next.endsDaemon
        return Verdict(
            isEnding ? .heightUnjudged : .heightMissed,
            isOvershot && facts.child == .exited
                ? .blocked(.heightMissed(plan, applied: reached)) : .carryOn,
            plan: plan, state: .stale, code: .heightPassed,
            reason: "missed: \(plan.height - 1) was to be the last block of the present binary, "
                + "and it has applied \(reached)")
    }
}
