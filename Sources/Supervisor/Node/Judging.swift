import FoundationEssentials
import Glibc
import Logging

extension NodeSupervisor {
    /// Judges the plan file after each change of it, and again as long as its verdict may change by
    /// itself: within milliseconds when the plan is about to be due, else at the poll's pace.
    func keepJudging() async {
        var closeLooks = 0
        while true {
            let pause = pauseBeforeNextLook(afterCloseLooks: closeLooks)
            guard await judging.wait(until: .now + pause) != .cancelled else { return }
            await look()
            let isClose = memory.verdict?.ruling == .watchClosely
            closeLooks = isClose ? closeLooks + 1 : 0
        }
    }

    private func pauseBeforeNextLook(afterCloseLooks count: Int) -> Duration {
        if case .blocked = lifecycle.phase { return setup.pollInterval }
        switch memory.verdict?.ruling {
        case .watchClosely:
            // 2, 4, 8 … ms: a block is decided 3 to 31 ms after its file, or seconds later.
            return min(.milliseconds(1 << min(count + 1, 7)), setup.pollInterval)
        case .dueWithoutBinary, .blocked:
            return setup.pollInterval
        case .carryOn, .launchAgain, .restart, .due, .repair, nil:
            return .seconds(5)
        }
    }

    /// One judgement of a daemon that runs, or of a state that an arrival may end.
    private func look() async {
        switch lifecycle.phase {
        case .running: await lookAtRunning()
        case .blocked(let block) where block.waitsFor == .diskSpace:
            if hasSpaceAgain { observe(.cured) }
        case .backingOff, .blocked:
            let before = lifecycle.phase
            let verdict = await judge(child: .exited, heights: memory.heights?.heights)
            // What was asked for meanwhile has the disk judged for itself.
            guard lifecycle.phase == before else { return }
            conclude(verdict)
        case .idle, .launching, .stopping, .upgrading, .ended: break
        }
        publishing.raise()
    }

    /// The backup that had no room has it now; it is measured anew before it is begun.
    private var hasSpaceAgain: Bool {
        guard let needed = memory.spaceNeeded, let folder = setup.backupFolder else { return false }
        // A folder that cannot be asked has no room either.
        return ((try? DataBackup.freeSpace(at: folder)) ?? 0) >= needed
    }

    private func lookAtRunning() async {
        let generation = memory.generation
        let file = planFile()
        var heights = memory.heights?.heights
        // A cached height never decides: it is asked for after the file event.
        if isNearHeightPlan || file.plan != nil && isFresh(file) { heights = await askHeights() }
        let verdict = await judge(child: .alive, heights: heights)
        // The daemon may have ended meanwhile: then its end is judged, not this.
        guard case .running = lifecycle.phase, memory.generation == generation else { return }
        conclude(verdict)
    }

    /// Judges the disk before a start; the last daemon has ended, or there was none.
    func judgeForLaunch() async {
        let hasRun = memory.generation > 0
        let isEvidence = hasRun || memory.snapshotIsKnown
        await learnStyleIfNeeded()
        let verdict = await judge(
            child: hasRun ? .exited : (isEvidence ? .exited : .none),
            heights: memory.heights?.heights)
        conclude(verdict)
    }

    private func conclude(_ verdict: Verdict) {
        if verdict != memory.verdict {
            log.info(
                "\(verdict.reason)",
                metadata: [
                    "plan.name": "\(verdict.plan?.name.text ?? "-")",
                    "plan.state": "\(verdict.state.rawValue)", "rule": "\(verdict.row.rawValue)",
                ])
        }
        if verdict.isOfInvalidFile, memory.verdict?.isOfInvalidFile != true {
            counters.count { $0.watchErrors[.planFile] += 1 }
        }
        let wasStale = memory.verdict?.state == .stale
        memory.verdict = verdict
        // Whether it was applied the chain can tell, which may have been asked before this was known.
        if verdict.state == .stale, !wasStale { asking.raise() }
        switch verdict.ruling {
        // Of a plan by height it is proven once the daemon has ended, and not before.
        case .due, .dueWithoutBinary:
            if verdict.trigger != .height || memory.child == nil { remember(verdict) }
        case .carryOn where verdict.row == .skipped:
            if let plan = verdict.plan, memory.due?.concerns(plan) == true { forgetDue() }
        case .carryOn, .watchClosely, .launchAgain, .restart, .blocked, .repair: break
        }
        correctStyle(verdict)
        observe(.judged(verdict))
    }

    /// What was due is done, or not wanted any more.
    func forgetDue() {
        DueRecord.remove(from: setup.home)
        memory.due = nil
    }

    private var ownArguments: String { ChildRecord.digest(of: setup.arguments) }

    /// Writes down that the plan is due, before the daemon that proves it is touched.
    private func remember(_ verdict: Verdict) {
        guard let plan = verdict.plan, memory.due?.concerns(plan) != true else { return }
        let record = DueRecord(
            name: plan.name.text, height: plan.height, info: plan.info,
            file: planFile().identity, judgedAt: Date(), reason: verdict.reason,
            previous: memory.release?.directory ?? "",
            isByHeight: verdict.trigger == .height ? true : nil)
        do throws(SystemError) {
            try record.store(in: setup.home)
        } catch {
            log.warning("the due record could not be written", metadata: ["error": "\(error)"])
        }
        memory.due = record
    }

    // MARK: - Facts

    /// The plan file was written during the life of the child that is judged, and not by us.
    private func isFresh(_ file: PlanFile) -> Bool {
        guard let identity = file.identity, memory.snapshotIsKnown else { return false }
        if let due = memory.due, due.file == identity, isCurrent(due) { return false }
        return identity != memory.snapshot
    }

    func isCurrent(_ due: DueRecord) -> Bool {
        guard let name = try? PlanName(due.name, case: setup.home.letterCase) else { return false }
        return CurrentLink(setup.home).facts().upgradeDirectory == name.directory
    }

    var commandedPlan: UpgradePlan? {
        guard let due = memory.due, due.isCommanded == true, !isCurrent(due),
            let name = try? PlanName(due.name, case: setup.home.letterCase)
        else { return nil }
        return UpgradePlan(name: name, height: due.height, info: due.info)
    }

    private func judge(child: Facts.ChildState, heights: RPCHeights?) async -> Verdict {
        let home = setup.home
        let file = planFile()
        var facts = Facts(current: CurrentLink(home).facts())
        facts.file = file.content
        facts.isFresh = isFresh(file)
        facts.incompleteFor = incompleteFor(file)
        facts.child = child
        facts.stored = heights?.stored
        facts.applied = heights?.applied
        facts.stalledFor =
            memory.heights.map { seen in
                child == .alive ? .now - seen.stoodSince : seen.stoodFor
            } ?? .zero
        facts.isComet = isComet
        facts.chainPlan = memory.chainPlan
        facts.skipped = setup.skippedHeights
        facts.hasNewArguments = memory.argumentsDigest.map { $0 != ownArguments } ?? false
        facts.isRefusedByDaemon = file.plan?.isPlain == false
        facts.hasShownHeight = memory.shownRelease == memory.release?.directory
        facts.due = memory.due
        facts.proving = memory.proving
        facts.fruitlessStarts = memory.fruitlessStarts
        facts.repairs = memory.repairs
        facts.commanded = commandedPlan
        if let plan = file.plan {
            facts.hold = plans.entry(of: plan.name)?.hold
        }
        if file.plan == nil || facts.isRefusedByDaemon { facts.hasUnprovenCopy = hasUnprovenCopy }
        if let plan = facts.commanded ?? file.plan {
            let release = home.release(for: plan.name)
            // Of a switch that was asked for, all was looked at before it was taken.
            facts.binary =
                facts.commanded == nil
                ? await readyBinary(of: release) : stagedBinary(of: release)
            facts.missingBecause = troubleGettingBinary(of: release)
        }
        // Where RPC does not tell both heights the log must; and the last poll of a daemon that has
        // ended may be seconds behind its log.
        let isTold = facts.stored != nil && facts.applied != nil && child == .alive
        let isAsked = file.plan != nil || !memory.heightPlans.isEmpty
        if isAsked, facts.isComet, !isTold { await addLog(to: &facts) }
        facts.isLogOfThisRun = isLogOfThisRun
        facts.halt = memory.halt
        facts.end = memory.lastEnd
        if !memory.heightPlans.isEmpty { facts.next = await heightFacts(current: facts.current) }
        let judge = PlanJudge(facts)
        note(heightVerdict: judge.heightVerdict)
        return judge.verdict
    }

    private func incompleteFor(_ file: PlanFile) -> Duration {
        switch file.content {
        case .empty, .broken:
            let since = memory.incompleteSince ?? .now
            memory.incompleteSince = since
            return .now - since
        case .absent, .unusable, .plan:
            memory.incompleteSince = nil
            return .zero
        }
    }

    private var hasUnprovenCopy: Bool {
        guard let due = memory.due, isCurrent(due),
            let name = try? PlanName(due.name, case: setup.home.letterCase)
        else { return false }
        let copy = PlanFile(at: setup.home.release(for: name).planFile, case: setup.home.letterCase)
        return copy.plan != nil
    }
}

extension NodeSupervisor.Memory {
    /// Something is known of the plan file before the last child began: only then can it be fresh.
    var snapshotIsKnown: Bool { hasRecord || generation > 0 }
}
