import FoundationEssentials
import Supervisor

/// `Status` on the wire.
struct StatusBody: Encodable {
    let instance: String
    let supervisor: SupervisorBody
    let phase: PhaseBody
    @Nullable var hold: HoldBody?
    @Nullable var daemon: DaemonBody?
    @Nullable var height: HeightBody?
    @Nullable var current: ReleaseBody?
    @Nullable var previous: ReleaseBody?
    @Nullable var next: NextBody?
    /// The id of the one that goes on; prepares do not count.
    @Nullable var operation: String?

    enum CodingKeys: String, CodingKey {
        case instance, supervisor, phase, hold, daemon, height, current, previous, next, operation
    }

    init(_ status: Status) {
        instance = status.instance
        supervisor = SupervisorBody(status.supervisor)
        phase = PhaseBody(status.phase)
        hold = status.hold.map(HoldBody.init)
        daemon = status.daemon.map(DaemonBody.init)
        height = status.height.map(HeightBody.init)
        current = status.current.map(ReleaseBody.init)
        previous = status.previous.map(ReleaseBody.init)
        next = status.next.map(NextBody.init)
        operation = status.operations.running.last { $0.kind != .prepare }?.id.description
    }
}

struct SupervisorBody: Encodable {
    let version: String
    let pid: Int32
    let startedAt: String
    let resumed: String
    let watchdog: Bool

    enum CodingKeys: String, CodingKey {
        case version, pid, resumed, watchdog
        case startedAt = "started_at"
    }

    init(_ facts: Status.SupervisorFacts) {
        version = facts.version
        pid = facts.pid
        startedAt = facts.startedAt.rfc3339
        resumed = facts.resumed.rawValue
        watchdog = facts.watchdog
    }
}

struct PhaseBody: Encodable {
    let name: String
    let since: String
    @Nullable var waitingFor: String?
    @Nullable var until: String?
    @Nullable var step: String?
    @Nullable var reason: String?
    @Nullable var reasonCode: String?
    @Nullable var remedy: String?

    enum CodingKeys: String, CodingKey {
        case name, since, until, step, reason, remedy
        case waitingFor = "waiting_for"
        case reasonCode = "reason_code"
    }

    init(_ facts: Status.PhaseFacts) {
        name = facts.name.rawValue
        since = facts.since.rfc3339
        waitingFor = facts.waitingFor?.rawValue
        until = facts.until?.rfc3339
        step = facts.step?.rawValue
        reason = facts.reason
        reasonCode = facts.reasonCode?.rawValue
        remedy = facts.remedy
    }
}

struct HoldBody: Encodable {
    let since: String
    let actor: String
    @Nullable var reason: String?

    enum CodingKeys: String, CodingKey {
        case since, actor, reason
    }

    init(_ hold: Hold) {
        since = hold.since.rfc3339
        actor = hold.actor
        reason = hold.reason
    }
}

struct HeightBody: Encodable {
    let value: Height
    let source: String
    let observedAt: String
    @Nullable var catchingUp: Bool?

    enum CodingKeys: String, CodingKey {
        case value, source
        case observedAt = "observed_at"
        case catchingUp = "catching_up"
    }

    init(_ facts: Status.HeightFacts) {
        value = facts.value
        source = facts.source.rawValue
        observedAt = facts.observedAt.rfc3339
        catchingUp = facts.catchingUp
    }
}

struct ReleaseBody: Encodable {
    @Nullable var plan: String?
    let directory: String
    @Nullable var sha256: String?
    @Nullable var appliedAt: String?
    let provisional: Bool

    enum CodingKeys: String, CodingKey {
        case plan, directory, sha256, provisional
        case appliedAt = "applied_at"
    }

    init(_ facts: Status.ReleaseFacts) {
        plan = facts.plan
        directory = facts.directory
        sha256 = facts.sha256
        appliedAt = facts.appliedAt?.rfc3339
        provisional = facts.provisional
    }
}

struct NextBody: Encodable {
    let plan: String
    let height: Height
    @Nullable var blocksLeft: Int64?
    @Nullable var expectedAt: String?
    @Nullable var verdict: String?

    enum CodingKeys: String, CodingKey {
        case plan, height, verdict
        case blocksLeft = "blocks_left"
        case expectedAt = "expected_at"
    }

    init(_ next: Status.NextPlan) {
        plan = next.plan
        height = next.height
        blocksLeft = next.blocksLeft
        expectedAt = next.expectedAt?.rfc3339
        verdict = next.verdict?.rawValue
    }
}
