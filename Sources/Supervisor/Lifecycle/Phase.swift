extension Lifecycle {
    /// What the node is at; what comes next and until when live in the phase itself.
    package enum Phase: Sendable, Equatable {
        /// No daemon, and none wanted: held or stopped.
        case idle
        /// The disk is judged, then the daemon is started.
        case launching(Launch)
        case running(Run)
        case stopping(Run, Stop)
        case upgrading(Upgrade)
        /// No daemon, and a human is needed.
        case blocked(Block)
        case backingOff(Backoff)
        /// The supervisor ends with this code.
        case ended(Int32)
    }

    /// What is wanted once the daemon, or the job under way, has ended.
    package enum Next: Sendable, Equatable {
        case launch
        /// An upgrade was called off: the old binary runs again, unless it cannot pass the height.
        case unlessDue
        case idle
        /// Nil: the daemon's own exit code.
        case end(Int32?)

        var isLaunch: Bool { self == .launch || self == .unlessDue }

        var isEnd: Bool {
            guard case .end = self else { return false }
            return true
        }
    }

    package struct Launch: Sendable, Equatable {
        package var next: Next = .launch
        /// What was asked for; what answers something else comes late and changes nothing.
        package var awaits = Answer.verdict
        /// The end of the daemon before, if that is why we are here.
        package var after: Exit?
        package var strikes = Strikes()
        /// Set once the verdict has let the daemon start.
        package var provisional: UpgradePlan?

        package enum Answer: Sendable { case verdict, mending, process }
    }

    package struct Run: Sendable, Equatable {
        package var pid: Int32
        package var since: Instant
        package var isAdopted: Bool
        package var strikes: Strikes
        /// The plan whose new binary this is, until it has applied the plan's height.
        package var provisional: UpgradePlan?
        /// What a human must see to while the daemon, left alone, still runs.
        package var awaiting: Block?
    }

    package struct Stop: Sendable, Equatable {
        /// When TERM is due; nil once it was sent.
        package var termAt: Instant?
        /// When KILL is due, for the first time or again; nil until TERM was sent.
        package var killAt: Instant?
        package var next: Next
        /// False when the daemon ended by itself and only its group is being stopped.
        package var isAsked: Bool
        /// Set when the leader is reaped while its group lives on.
        package var leaderExit: Exit?
        package var isKilled = false
    }

    package struct Upgrade: Sendable, Equatable {
        package var plan: UpgradePlan
        package var step: UpgradeStep
        package var next: Next
    }

    package struct Backoff: Sendable, Equatable {
        package var until: Instant
        package var after: Exit?
        package var strikes: Strikes
    }

    /// Consecutive failures, for the backoff and for giving up on a new binary.
    package struct Strikes: Sendable, Equatable {
        /// Ends in a row without a minute alive between.
        package var crashes = 0
        /// Ends of a provisional binary before its first block.
        package var provisional = 0
    }

    /// Settings that decisions depend on.
    package struct Policy: Sendable, Equatable {
        /// From TERM to KILL.
        package var grace: Duration = .seconds(30)
        package var restart: Restart = .onFailure
        /// False: end with 0 once switched (DAEMON_RESTART_AFTER_UPGRADE).
        package var restartsAfterUpgrade = true
        /// How long a due daemon is left to end by itself, or to serve its peers, before TERM.
        package var patience: Duration = .zero
        package var pacing = Pacing.growing

        /// When a daemon that ended by itself is started again; the words are those of SWITCHYARD_RESTART.
        package enum Restart: String, Sendable, CaseIterable {
            case onFailure = "on-failure"
            case always, no
        }

        /// How long a daemon that keeps crashing stays down between its starts.
        package enum Pacing: Sendable {
            case growing
            /// Not at all: to look for leaks over thousands of starts.
            case none
        }

        package init() {}
    }
}
