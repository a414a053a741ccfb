import FoundationEssentials

/// A switch that an operator asks for.
package struct SwitchWish: Sendable, Equatable {
    package var plan: PlanName
    /// Of the binary that is to run: 64 lower-case hex digits.
    package var sha256: String
    /// Also before the plan's height, and past checks that only warn.
    package var isForced: Bool
    package var reason: String?

    package init(plan: PlanName, sha256: String, isForced: Bool = false, reason: String? = nil) {
        self.plan = plan
        self.sha256 = sha256
        self.isForced = isForced
        self.reason = reason
    }
}

extension NodeSupervisor {
    /// Ends the daemon and carries out a plan now.
    ///
    /// - Returns: An operation that has ended when this very binary runs already.
    /// - Throws: Nothing was stopped then.
    package func `switch`(
        _ wish: SwitchWish, by originator: Originator, key: Operation.IdempotencyKey? = nil
    ) async throws(WishRefusal) -> Operation {
        if let earlier = try earlier(key) { return earlier }
        // A binary that was just put there is read first.
        await digest(setup.home.release(for: wish.plan))
        guard let plan = facts(of: wish.plan) else { throw .planUnknown }
        if try isDone(wish, plan) {
            return done(
                begin(.switch, plan: plan.name, by: originator, key: key, reason: wish.reason))
        }
        try requireNoOperation()
        try checkReadiness(of: plan, for: wish)
        try checkPhase()
        _ = await readTrust(in: Release(home: setup.home, directory: plan.directory))
        try await requireHardChecks(of: facts(in: plan.directory) ?? plan)
        let record = commandedRecord(of: plan, wish, by: originator)
        try await keep(record)
        do throws(WishRefusal) {
            return try begin(record, for: wish, by: originator, key: key)
        } catch {
            await putBack()
            throw error
        }
    }

    // MARK: - Whether

    /// The very binary runs already, by this plan.
    private func isDone(
        _ wish: SwitchWish, _ plan: PlanFacts
    ) throws(WishRefusal) -> Bool {
        switch plan.state {
        case .applied, .provisional: break
        case .pending, .due, .upgrading, .blocked, .cancelled, .stale, .invalid: return false
        }
        let isCurrent = (try? CurrentLink(setup.home).resolve())?.directory == plan.directory
        guard isCurrent else {
            throw .planInUse("\"\(plan.name)\" was applied, and another plan after it")
        }
        guard plan.binary.sha256 == wish.sha256 else {
            throw .digestMismatch(staged: plan.binary.sha256)
        }
        return true
    }

    private func checkReadiness(
        of plan: PlanFacts, for wish: SwitchWish
    ) throws(WishRefusal) {
        guard plan.binary.isStaged else {
            throw .notStaged(plan, setup)
        }
        guard let staged = plan.binary.sha256 else {
            throw .notReady("its binary cannot be read, or changes while it is read")
        }
        guard staged == wish.sha256 else { throw .digestMismatch(staged: staged) }
        try checkDueness(of: plan, isForced: wish.isForced)
    }

    private func checkDueness(of plan: PlanFacts, isForced: Bool) throws(WishRefusal) {
        switch plan.state {
        case .due, .blocked: return
        case .pending, .stale:
            guard plan.trigger != .manual, !isForced else { return }
            let height = memory.heights?.heights.stored
            throw .planNotDue(
                "height \(height.map(String.init) ?? "unknown"), plan is for "
                    + "\(plan.height.map(String.init) ?? "no height")")
        case .cancelled: throw .planNotDue("the plan was cancelled; declare it again first")
        case .invalid: throw .notReady(plan.reason)
        case .upgrading, .provisional, .applied: throw .planInUse(plan.reason)
        }
    }

    private func checkPhase() throws(WishRefusal) {
        if memory.hold != nil { throw .lifecycle(.held) }
        switch lifecycle.phase {
        case .running, .idle, .blocked, .backingOff: break
        case .launching, .stopping, .upgrading: throw .lifecycle(.operationInProgress)
        case .ended: throw .lifecycle(.shuttingDown)
        }
    }

    // MARK: - How

    private func commandedRecord(
        of plan: PlanFacts, _ wish: SwitchWish, by originator: Originator
    ) -> DueRecord {
        // Proven once it has made a block of its own.
        let next = (memory.heights?.heights.stored ?? 0) + 1
        return DueRecord(
            name: plan.name, height: plan.height.map { max($0, 1) } ?? next, info: plan.info ?? "",
            file: planFile().identity, judgedAt: Date(),
            reason: "\(originator.name) asked for the switch"
                + (wish.reason.map { ": \($0)" } ?? ""),
            previous: memory.release?.directory ?? "", isCommanded: true,
            isByHeight: plan.isAtItsHeight ? true : nil)
    }

    private func keep(_ record: DueRecord) async throws(WishRefusal) {
        let home = setup.home
        do throws(SystemError) {
            try await onPool { () throws(SystemError) in
                try record.store(in: home, synced: true)
            }
        } catch {
            throw .notKept(error)
        }
    }

    /// Everything may have changed while the disk was waited for.
    private func begin(
        _ record: DueRecord, for wish: SwitchWish, by originator: Originator,
        key: Operation.IdempotencyKey?
    ) throws(WishRefusal) -> Operation {
        try requireNoOperation()
        try checkPhase()
        let earlier = (due: memory.due, verdict: memory.verdict)
        memory.due = record
        memory.verdict = commandedVerdict
        do throws(WishRefusal) {
            guard memory.verdict?.ruling.isDue == true else {
                throw .notReady(memory.verdict?.reason ?? "another binary runs by now")
            }
            memory.stepTimes = [:]
            memory.stepBegan = nil
            let operation = try self.wish(
                .switch, .switch, plan: record.name, by: originator, key: key,
                reason: wish.reason)
            // For the same id after an end of ours; the record itself is durable already.
            memory.due?.operation = operation.id.description
            try? memory.due?.store(in: setup.home)
            return operation
        } catch {
            (memory.due, memory.verdict) = earlier
            throw error
        }
    }

    /// What the judge will say of the record before every start, said now.
    private var commandedVerdict: Verdict? {
        guard let plan = commandedPlan else { return nil }
        var facts = Facts(current: CurrentLink(setup.home).facts())
        facts.due = memory.due
        facts.commanded = plan
        facts.binary = stagedBinary(of: setup.home.release(for: plan.name))
        return PlanJudge(facts).verdict
    }

    /// A switch that was called off is not taken up by the next start, unless the chain asks for it.
    func dropCommand(of operation: Operation) {
        guard commandedPlan != nil, memory.due?.operation == operation.id.description else {
            return
        }
        forgetDue()
    }

    /// The record of a switch that is not begun after all goes from the disk.
    private func putBack() async {
        let (home, due) = (setup.home, memory.due)
        await onPool {
            guard let due else { return DueRecord.remove(from: home) }
            // What was due before is due still; it is judged again if this is lost.
            try? due.store(in: home)
        }
    }
}

extension PlanFacts {
    /// An operator's plan whose very height the node stands before, proven or by the operator's word.
    fileprivate var isAtItsHeight: Bool {
        trigger == .height && (state == .due || state == .blocked)
    }
}

extension WishRefusal {
    /// With the check by which a preflight would tell it.
    fileprivate static func notStaged(_ plan: PlanFacts, _ setup: Setup) -> WishRefusal {
        let facts = PreflightFacts(
            plan: plan, release: ReleaseSight(), host: HostFacts(grace: .zero),
            sourceRules: setup.sourceRules(for: .chain))
        let check = PreflightJudge(facts).check(.binaryPresent)
        return .notReady(check.reason, checks: [check])
    }
}
