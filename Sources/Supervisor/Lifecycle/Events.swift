extension Lifecycle {
    /// What somebody wants; it may be refused, `stop` and `shutdown` never.
    package enum Command: Sendable, Equatable {
        case start
        case stop
        case restart
        /// Act on the plan that was just made due, the daemon ending first.
        case `switch`
        /// Call the upgrade off that is under way.
        case cancel
        /// End the supervisor, the daemon first; nil for the daemon's own exit code.
        case shutdown(Int32?)
    }

    /// What has happened; it is never refused.
    package enum Observation: Sendable, Equatable {
        case judged(Verdict)
        case spawned(pid: Int32)
        /// `retry`: the machine had no room for a process; else the program cannot be run.
        case spawnFailed(Block, retry: Bool)
        case repaired
        case repairFailed(Block)
        /// A daemon of an earlier run of ours was found alive.
        case adopted(pid: Int32)
        /// A daemon of an earlier run has gone, members of its group live.
        case remainsFound(pid: Int32)
        /// The process was reaped, its group lives on.
        case leaderExited(Exit)
        /// The process was reaped and its group is gone.
        case exited(Exit)
        /// The new binary has applied its plan's height.
        case verified
        case stepDone(UpgradeStep)
        case stepFailed(UpgradeStep, Block)
        case stepCancelled(UpgradeStep)
        /// What a block waits for has come, beside the binary, which the verdict tells.
        case cured
        case tick
    }

    /// What the world is to be made to do, in this order.
    package enum Effect: Sendable, Equatable {
        /// Answered by `judged`.
        case judge
        /// Answered by `spawned` or `spawnFailed`.
        case spawn
        /// Answered by `repaired` or `repairFailed`.
        case repair(Verdict.Repair)
        /// TERM to the daemon itself.
        case terminate
        /// TERM to what is left of its group.
        case terminateGroup
        /// KILL to it and its group.
        case kill
        /// Answered by `stepDone`, `stepFailed` or `stepCancelled`.
        case step(UpgradeStep, UpgradePlan)
        case cancelStep
        case liftHold
        case end(Int32)
    }

    package enum Refusal: Error, Sendable, Equatable {
        case held
        case blocked(Block)
        case operationInProgress
        /// There is no upgrade under way, or it is past the point where it can be undone.
        case notCancellable
        case shuttingDown
    }
}
