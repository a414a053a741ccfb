import FoundationEssentials

/// The times of a daemon's absence, from the end of one to the start of the next.
struct AbsenceTimes: Sendable {
    /// When the daemon was told to end, or ended by itself; nil when nobody saw it.
    var downSince: Instant?
    /// Of the upgrade's steps that are done.
    var steps: [UpgradeStep: Duration] = [:]
    /// When `current` was pointed at the new release.
    var switchedAt: Instant?
}

extension NodeSupervisor {
    /// The daemon is told to end, or has ended: whichever comes first.
    func noteDown() {
        if memory.absence.downSince == nil { memory.absence.downSince = .now }
    }

    func countExit(_ exit: Exit) {
        noteDown()
        memory.absence.steps[.stop] = memory.absence.downSince.map { .now - $0 }
        let kind: Counters.ExitKind
        switch exit {
        case _ where lifecycle.phase.isKilling: kind = .killed
        case .code(0): kind = .clean
        case .code, .unknown: kind = .error
        case .signal: kind = .signal
        }
        counters.count { values in
            // What an earlier run left behind, a step's program or half a group, was no daemon.
            if values.exits.total < values.starts.total { values.exits[kind] += 1 }
        }
    }

    func countAdoption() {
        counters.count { $0.starts[.adopted] += 1 }
    }

    /// To be called when the daemon has been started and the phase is still `launching`.
    func countStart() {
        let absence = memory.absence
        memory.absence = AbsenceTimes()
        let isCrash = lifecycle.phase.followsCrash
        counters.count { values in
            guard let switchedAt = absence.switchedAt else {
                let isFirst = values.starts.total == 0
                values.starts[isFirst ? .first : isCrash ? .crash : .request] += 1
                return
            }
            values.starts[.upgrade] += 1
            values.lastSwitch?.steps[.start] = .now - switchedAt
            values.lastSwitch?.endedAt = Date()
            if let since = absence.downSince { values.downtime.observe(.now - since) }
        }
    }

    /// An upgrade begins, anew perhaps: of the earlier try only the stop counts.
    func noteUpgradeBegins() {
        memory.absence.steps = memory.absence.steps.filter { $0.key == .stop }
        memory.absence.switchedAt = nil
    }

    func countEnd(of operation: Operation) {
        guard let outcome = Counters.OperationOutcome(operation) else { return }
        counters.count { $0.operations[outcome] += 1 }
    }

    /// Counts a switch when the phase leaves `upgrading`.
    func countSwitch(from before: Lifecycle.Phase) {
        guard case .upgrading = before else { return }
        let absence = memory.absence
        switch lifecycle.phase {
        case .upgrading: break
        case _ where absence.switchedAt != nil:
            counters.count { values in
                values.switches[.succeeded] += 1
                values.lastSwitch = Counters.SwitchTimes(steps: absence.steps, endedAt: Date())
            }
        case .blocked: counters.count { $0.switches[.failed] += 1 }
        case .idle, .launching, .running, .stopping, .backingOff, .ended:
            counters.count { $0.switches[.cancelled] += 1 }
        }
    }
}

extension Lifecycle.Phase {
    fileprivate var isKilling: Bool {
        guard case .stopping(_, let stop) = self else { return false }
        return stop.isKilled
    }

    /// A daemon ended by itself, or would not start, and this is the next try.
    fileprivate var followsCrash: Bool {
        guard case .launching(let launch) = self else { return false }
        return launch.after != nil || launch.strikes.crashes > 0
    }
}
