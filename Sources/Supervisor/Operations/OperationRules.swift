import FoundationEssentials

/// When an operation has ended, told from what the lifecycle has become.
extension Operation {
    /// Nil while it goes on.
    ///
    /// - Parameter generation: counts the daemons; `began` is what it was when this was asked for.
    func outcome(
        in phase: Lifecycle.Phase, generation: Int, began: Int
    ) -> (state: State, failure: Failure?)? {
        switch kind {
        case .start: startOutcome(phase)
        case .restart: generation > began ? startOutcome(phase) : restartOutcome(phase)
        case .stop: stopOutcome(phase)
        case .switch: generation > began ? startOutcome(phase) : switchOutcome(phase)
        case .prepare, .rollback, .backup, .restore: nil
        }
    }

    private func startOutcome(_ phase: Lifecycle.Phase) -> (State, Failure?)? {
        switch phase {
        case .running: (.succeeded, nil)
        case .blocked(let block): (.failed, Failure(block))
        case .backingOff: (.failed, .ended)
        case .idle, .ended: (.cancelled, nil)
        case .launching, .stopping, .upgrading: nil
        }
    }

    /// While the daemon that is to go is not replaced.
    private func restartOutcome(_ phase: Lifecycle.Phase) -> (State, Failure?)? {
        switch phase {
        case .blocked(let block): (.failed, Failure(block))
        case .idle, .ended: (.cancelled, nil)
        case .running, .launching, .stopping, .upgrading, .backingOff: nil
        }
    }

    private func stopOutcome(_ phase: Lifecycle.Phase) -> (State, Failure?)? {
        switch phase {
        case .idle, .ended: (.succeeded, nil)
        // Somebody asked for a start meanwhile.
        case .running: (.cancelled, nil)
        case .blocked, .launching, .stopping, .upgrading, .backingOff: nil
        }
    }

    private func switchOutcome(_ phase: Lifecycle.Phase) -> (State, Failure?)? {
        switch phase {
        case .blocked(let block): (.failed, Failure(block))
        // DAEMON_RESTART_AFTER_UPGRADE=false: switched, and that was all that was wanted.
        case .ended(0) where step == .start: (.succeeded, nil)
        case .idle, .ended: (.cancelled, nil)
        case .launching(let launch) where launch.next == .unlessDue: (.cancelled, nil)
        case .running, .launching, .stopping, .upgrading, .backingOff: nil
        }
    }
}

extension Operation.Failure {
    init(_ block: Block) {
        self.init(slug: block.code.problemSlug, detail: block.reason, remedy: block.remedy)
    }

    static let ended = Operation.Failure(
        slug: "start-failed", detail: "the daemon could not be started; it is tried again",
        remedy: "see the daemon's log")
}

extension BlockReason {
    /// The problem that an operation fails with.
    fileprivate var problemSlug: String {
        switch self {
        case .binaryRejected, .binaryChanged: "trust-refused"
        case .backupFailed: "backup-failed"
        case .diskFull: "disk-reserve"
        case .hookFailed: "hook-failed"
        case .preUpgradeFailed: "pre-upgrade-failed"
        case .startFailed: "start-failed"
        case .switchFailed, .linkBroken, .homeUnreadable, .heightMissed, .signState, .foreignDaemon:
            "blocked"
        }
    }
}
