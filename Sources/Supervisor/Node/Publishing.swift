import FoundationEssentials
import Glibc

extension NodeSupervisor {
    /// Publishes what has changed, a moment after it has.
    ///
    /// A status is read together from a dozen files: before a signal or a start, which its change is
    /// followed by, that would be time that the node is down, and an upgrade is many changes at once.
    func keepPublishing() async {
        while await publishing.wait(until: nil) != .cancelled {
            guard await loop.wait(until: .now + .milliseconds(20)) != .cancelled else { return }
            publish()
        }
    }

    /// Publishes what is known now.
    func publish() {
        let before = board.status
        var status = before
        status.instance = journal.name
        status.supervisor.resumed = memory.resumed
        status.phase = phaseFacts
        status.hold = memory.hold
        status.daemon = daemonFacts
        status.height = heightFacts(before: before.height)
        status.current = currentFacts
        status.previous = previousFacts
        status.plans = planFacts()
        status.preflights = memory.preflights
        status.next = nextPlan(of: status)
        status.operations = memory.operations
        status.isPlanFileInvalid = memory.verdict?.isOfInvalidFile == true
        tellPlans(from: before.plans, to: status.plans)
        tellBinaries(of: status.plans)
        if staging.binaries.isBehind { staging.hashing.raise() }
        lookForChange(in: status.plans)
        if status.plans != before.plans, !staging.quarantine.held.isEmpty {
            staging.settling.raise()
        }
        if status.plans != before.plans {
            acquiring.raise()
            sounding.raise()
        }
        board.publish(status)
    }

    private var phaseFacts: Status.PhaseFacts {
        let phase = lifecycle.phase
        var facts = Status.PhaseFacts(
            name: phase.name, since: memory.phaseSince, waitingFor: nil, until: nil,
            step: phase.step, reason: nil, reasonCode: nil, remedy: nil)
        switch phase {
        case .blocked(let block): facts.tell(block)
        case .running(let run):
            if let block = run.awaiting {
                facts.tell(block)
            } else if let verdict = memory.verdict, verdict.plan != nil {
                facts.reason = verdict.reason
            }
        case .stopping(_, let stop):
            facts.until = (stop.termAt ?? stop.killAt)?.date
            facts.waitingFor = .daemonExit
        case .backingOff(let backoff):
            facts.until = backoff.until.date
            facts.reason = backoff.after.map { "the daemon ended with \($0)" }
        case .idle, .launching, .upgrading, .ended: break
        }
        return facts
    }

    private var daemonFacts: Status.DaemonFacts? {
        guard memory.generation > 0 || !memory.exits.isEmpty else { return nil }
        return Status.DaemonFacts(
            pid: memory.child?.pid, startedAt: memory.child == nil ? nil : memory.childStarted,
            adopted: memory.child?.isAdopted ?? false, restarts: max(0, memory.generation - 1),
            exits: memory.exits)
    }

    private func heightFacts(before: Status.HeightFacts?) -> Status.HeightFacts? {
        if let seen = memory.heights, let stored = seen.heights.stored {
            return Status.HeightFacts(
                value: stored, source: .rpc, observedAt: seen.observedAt,
                catchingUp: seen.heights.catchingUp)
        }
        guard let before else { return nil }
        return Status.HeightFacts(
            value: before.value, source: .lastSeen, observedAt: before.observedAt, catchingUp: nil)
    }

    private var currentFacts: Status.ReleaseFacts? {
        guard let release = try? CurrentLink(setup.home).resolve() else { return nil }
        return releaseFacts(release, isProvisional: isProvisional)
    }

    /// The node was switched to `current`, which has not proven itself, running or between two starts.
    var isProvisional: Bool {
        guard let run = lifecycle.phase.run else { return memory.due.map(isCurrent) ?? false }
        return run.provisional != nil
    }

    private var previousFacts: Status.ReleaseFacts? {
        guard let due = memory.due, isProvisional else { return nil }
        return releaseFacts(
            Release(home: setup.home, directory: due.previous), isProvisional: false)
    }

    private func releaseFacts(_ release: Release, isProvisional: Bool) -> Status.ReleaseFacts {
        var status = stat()
        let applied = stat(release.planFile, &status) == 0 ? status.st_mtim.date : nil
        return Status.ReleaseFacts(
            plan: planName(of: release), directory: release.directory,
            sha256: staging.binaries.facts(of: release).sha256, appliedAt: applied,
            provisional: isProvisional)
    }

    /// Nil for genesis.
    func planName(of release: Release) -> String? {
        PlanFile(at: release.planFile, case: setup.home.letterCase).plan?.name.text
            ?? release.directory.planFolder
    }

    private func nextPlan(of status: Status) -> Status.NextPlan? {
        let open: Set<PlanState> = [.pending, .due, .upgrading, .blocked]
        guard
            let plan = status.plans.first(where: { open.contains($0.state) && $0.height != nil }),
            let height = plan.height
        else { return nil }
        let left = status.height.map { max(0, height - $0.value) }
        return Status.NextPlan(
            plan: plan.name, height: height,
            blocksLeft: left,
            expectedAt: left.flatMap { left in
                status.height.flatMap { memory.pace.expected(in: left, after: $0.observedAt) }
            }, verdict: plan.verdict)
    }
}

extension Status {
    /// Before anything is known of the node.
    package static func starting(version: String, isWatched: Bool = false) -> Status {
        Status(
            instance: "",
            supervisor: SupervisorFacts(
                version: version, pid: getpid(), startedAt: Date(), resumed: .fresh,
                watchdog: isWatched),
            phase: PhaseFacts(
                name: .idle, since: Date(), waitingFor: nil, until: nil, step: nil, reason: nil,
                reasonCode: nil, remedy: nil),
            hold: nil, daemon: nil, height: nil, current: nil, previous: nil, next: nil, plans: [])
    }
}

extension Status.PhaseFacts {
    fileprivate mutating func tell(_ block: Block) {
        reason = block.reason
        reasonCode = block.code
        remedy = block.remedy
        waitingFor = block.waitsFor
    }
}

extension Lifecycle.Phase {
    /// The API's name; launching is a moment of `running` to come.
    var name: Status.PhaseName {
        switch self {
        case .idle: .idle
        case .launching, .running: .running
        case .stopping: .stopping
        case .upgrading: .upgrading
        case .blocked: .blocked
        case .backingOff: .backingOff
        case .ended: .ended
        }
    }
}

extension Instant {
    /// The same moment by the wall clock, as it stands now.
    var date: Date {
        let left = self - .now
        let (seconds, attoseconds) = left.components
        return Date().addingTimeInterval(Double(seconds) + Double(attoseconds) / 1e18)
    }
}

extension String {
    /// `v2` of `upgrades/v2`; nil for genesis.
    var planFolder: String? {
        hasPrefix("upgrades/") ? String(dropFirst("upgrades/".count)) : nil
    }
}
