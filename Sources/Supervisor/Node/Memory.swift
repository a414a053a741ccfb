import FoundationEssentials
import Glibc

extension NodeSupervisor {
    /// What is remembered beside the phase: of the daemon, of heights, of what was judged.
    struct Memory {
        /// Found before the first launch.
        var earlier = EarlierDaemon.none
        /// Children that we have to reap ourselves.
        var unreaped: Set<pid_t> = []
        var child: ChildProcess?
        /// Had ended at the last look, without our having noticed.
        var unseenEnd: pid_t?
        /// Counts the children of this run; tells answers about an earlier child from later ones.
        var generation = 0
        var childStarted: Date?
        var exits: [Status.ExitFacts] = []
        var resumed = Status.SupervisorFacts.Resumed.fresh
        let startedAt = Date()
        var phaseSince = Date()

        var hold: Hold?
        var due: DueRecord?
        /// The plan file right before the last daemon began, nil when there was none.
        var snapshot: FileIdentity?
        /// An earlier run wrote down what the plan file was like.
        var hasRecord = false
        var proving: ChildRecord.ProvenPlan?
        /// Of the last daemon's arguments.
        var argumentsDigest: String?
        var seenPlan: SeenPlanFile?
        var verdict: Verdict?
        var incompleteSince: Instant?
        var repairs = 0

        var heights: ObservedHeights?
        var pace = BlockPace()
        /// When the height was written down last.
        var heightKept: Instant?
        var chainPlan: ChainPlan?
        var chain = ChainMemory()
        /// This child has shown a height of its own.
        var hasShownHeight = false
        var fruitlessStarts = 0
        /// The last release whose daemon has shown a height.
        var shownRelease: String?
        var log: LogReading?
        /// The size of the consensus log when the last daemon began, 0 when there was none; nil when
        /// nobody wrote it down.
        var logAtStart: Int64?
        var foreignNode: String?
        /// The release the last daemon was started from.
        var release: Release?
        var upgradeBegan: Instant?
        var absence = AbsenceTimes()

        /// Of operators, that are still to be carried out at their heights; by height.
        var heightPlans: [UpgradePlan] = []
        var heightVerdict: Verdict?
        /// What the last daemon was started with.
        var halt: HaltSetting?
        /// How it keeps that; nil where nobody had to know when it was started.
        var haltStyle: HaltStyle?
        /// What this daemon itself says of it.
        var servedHalt: Height?
        /// The first height that the last daemon has shown, or that was stored before it began.
        var heightAtStart: Height?
        var lastEnd = Facts.End.unknown
        /// By the folders of the releases.
        var haltStyles: [String: KnownHaltStyle] = [:]
        var styleSearch = StyleSearch()
        /// Binaries that have halted before the block, against their version; by folder.
        var correctedStyles: [String: ChildRecord.FileID] = [:]

        /// Bytes that the last backup had no room for.
        var spaceNeeded: Int64?

        var toldBinaries = ToldBinaries()
        /// By the plans' folders, and what they were made from.
        var preflights: [String: Preflight] = [:]
        var preflightSubjects: [PreflightSubject] = []
        /// By the plans' folders, as the next.
        var acquisitions: [String: Acquisition] = [:]
        var soundness: [String: Soundness] = [:]
        var host = KnownHost()
        var versions = AskedVersions()
        var trust = TrustMemory()
        var operations = OperationBook()
        /// Which daemon it was when an operation that still runs was asked for.
        var generations: [EventID: Int] = [:]
        /// How what can be cancelled is cancelled, beside switches; called once at most, and what it
        /// ends still has to end its operation.
        var cancellations: [EventID: @Sendable () -> Void] = [:]
        /// Who has called an operation off that still runs.
        var cancellers: [EventID: Originator] = [:]
        /// When the present step of the switch under way began, and how long those before it took.
        var stepBegan: Instant?
        var stepTimes: [UpgradeStep: Duration] = [:]
        /// Who is changing a plan's binary, by its folder, until it is told.
        var stagers: [String: Originator] = [:]
        /// Who is saying something of a plan, by its folder, until it is told.
        var planSpeakers: [String: Originator] = [:]
        /// The plan file's state as it was told last.
        var toldPlanFile = PlanFileState.absent
        /// Why we were told to end; nil when the daemon's end is the reason.
        var endReason: String?
    }
}
