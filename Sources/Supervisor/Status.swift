import FoundationEssentials

/// All that is known of the node and its supervisor at one moment.
///
/// Published after each change; JSON, metrics, systemd's STATUS= and the command line are rendered
/// from it and from nothing else. Unknown is nil, never 0 or "".
package struct Status: Sendable, Equatable {
    /// The short random name of this node's history; empty before anything was published.
    package var instance: String
    package var supervisor: SupervisorFacts
    package var phase: PhaseFacts
    package var hold: Hold?
    package var daemon: DaemonFacts?
    package var height: HeightFacts?
    package var current: ReleaseFacts?
    package var previous: ReleaseFacts?
    package var next: NextPlan?
    /// Every plan known, from the chain and from the folders of the layout, by height, then name.
    package var plans: [PlanFacts]
    /// Of the plans that may still come, by their folders.
    package var preflights: [String: Preflight] = [:]
    /// The last 200, those of earlier runs included.
    package var operations = OperationBook()
    /// upgrade-info.json is there and can't be understood.
    package var isPlanFileInvalid = false

    package struct SupervisorFacts: Sendable, Equatable {
        package var version: String
        package var pid: Int32
        package var startedAt: Date
        package var resumed: Resumed
        package var watchdog: Bool

        /// How this run began: afresh, or by finding what an earlier run left.
        package enum Resumed: String, Sendable {
            case fresh, crash, reexec
        }
    }

    package struct PhaseFacts: Sendable, Equatable {
        package var name: PhaseName
        package var since: Date
        package var waitingFor: WaitingFor?
        /// When a backoff or a grace ends.
        package var until: Date?
        /// While upgrading only.
        package var step: UpgradeStep?
        package var reason: String?
        package var reasonCode: BlockReason?
        package var remedy: String?
    }

    package enum PhaseName: String, Sendable, CaseIterable {
        case idle, running, stopping, upgrading, blocked
        case backingOff = "backing_off"
        case ended
    }

    package enum WaitingFor: String, Sendable {
        case binary, trust
        case diskSpace = "disk_space"
        case daemonExit = "daemon_exit"
        case height
    }

    package struct DaemonFacts: Sendable, Equatable {
        /// Nil when no daemon runs.
        package var pid: Int32?
        package var startedAt: Date?
        package var adopted: Bool
        /// Starts after the first of this run of the supervisor.
        package var restarts: Int
        /// The last ten, oldest first.
        package var exits: [ExitFacts]
    }

    package struct ExitFacts: Sendable, Equatable {
        package var at: Date
        package var pid: Int32
        package var exit: Exit
        /// True when we had asked for it.
        package var expected: Bool
        /// Nil when nobody saw it end.
        package var uptime: Duration?
    }

    package struct HeightFacts: Sendable, Equatable {
        package var value: Height
        package var source: Source
        package var observedAt: Date
        package var catchingUp: Bool?

        package enum Source: String, Sendable {
            case rpc
            case lastSeen = "last_seen"
            case signState = "sign_state"
            case wal
        }
    }

    package struct ReleaseFacts: Sendable, Equatable {
        /// Nil for genesis.
        package var plan: String?
        package var directory: String
        package var sha256: String?
        package var appliedAt: Date?
        package var provisional: Bool
    }

    package struct NextPlan: Sendable, Equatable {
        package var plan: String
        package var height: Height
        package var blocksLeft: Int64?
        package var expectedAt: Date?
        /// Of the preflight; nil while there is none.
        package var verdict: PreflightResult?
    }
}
