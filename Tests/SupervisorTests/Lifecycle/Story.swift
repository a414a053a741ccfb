import Testing

@testable import Supervisor

/// A lifecycle told step by step: what happens, and what is done about it.
struct Story {
    var lifecycle: Lifecycle
    var now = start
    let plan: UpgradePlan
    let verdicts: Verdicts
    private var nextPID: Int32 = 100

    init(
        held: Bool = false, seed: UInt64 = 1, _ change: (inout Lifecycle.Policy) -> Void = { _ in }
    ) throws {
        var policy = Lifecycle.Policy()
        change(&policy)
        lifecycle = Lifecycle(policy: policy, seed: seed)
        lifecycle.begin(held: held)
        plan = try .sample()
        verdicts = Verdicts(plan: plan)
    }

    var shape: String { lifecycle.phase.shape }

    /// What the observation leads to, as names of effects.
    mutating func observe(_ observation: Lifecycle.Observation) -> String {
        lifecycle.observe(observation, at: now).shape
    }

    mutating func request(
        _ command: Lifecycle.Command
    ) throws(Lifecycle.Refusal) -> String {
        try lifecycle.request(command, at: now).shape
    }

    mutating func pass(_ time: Duration) { now += time }

    /// Moves on to the lifecycle's own deadline.
    mutating func passToDeadline() throws -> Duration {
        let deadline = try #require(lifecycle.deadline)
        let wait = deadline - now
        now = deadline
        return wait
    }

    /// From launching to a daemon that runs.
    mutating func launch(_ verdict: Verdict? = nil) {
        #expect(observe(.judged(verdict ?? verdicts.carryOn)) == "spawn")
        spawn()
    }

    mutating func spawn() {
        nextPID += 1
        #expect(observe(.spawned(pid: nextPID)) == "")
    }

    /// From the old daemon's end to the switch, each step succeeding.
    mutating func goThroughSteps() {
        #expect(shape == "upgrading (acquire) then launch")
        #expect(observe(.stepDone(.acquire)) == "step(backup)")
        #expect(observe(.stepDone(.backup)) == "step(hooks)")
        #expect(observe(.stepDone(.hooks)) == "step(pre_upgrade)")
        #expect(observe(.stepDone(.preUpgrade)) == "step(switch)")
    }
}
