import Testing

@testable import Supervisor

/// One lifecycle in each phase, by the phase's shape, ten seconds after it entered it.
struct PhaseSamples {
    let plan: UpgradePlan
    let now = start + .seconds(10)
    private(set) var byShape: [String: Lifecycle] = [:]

    init() throws {
        plan = try .sample()
        for phase in phases {
            var lifecycle = Lifecycle(policy: Lifecycle.Policy(), seed: 1)
            lifecycle.phase = phase
            byShape[phase.shape] = lifecycle
        }
        #expect(byShape.count == phases.count)
    }

    private var phases: [Lifecycle.Phase] {
        let ends: [Lifecycle.Next] = [.launch, .unlessDue, .idle, .end(3), .end(nil)]
        let launches = ends.flatMap { next in
            [Lifecycle.Launch.Answer.verdict, .mending, .process].map { awaits in
                Lifecycle.Phase.launching(Lifecycle.Launch(next: next, awaits: awaits))
            }
        }
        let steps: [UpgradeStep] = [.acquire, .backup, .hooks, .preUpgrade, .switch]
        let upgrades = ends.flatMap { next in
            steps.map { step in
                Lifecycle.Phase.upgrading(Lifecycle.Upgrade(plan: plan, step: step, next: next))
            }
        }
        return launches + upgrades + runs + ends.flatMap(stops)
            + [.idle, .blocked(.forBinary), .backingOff(backoff), .ended(3)]
    }

    private var backoff: Lifecycle.Backoff {
        Lifecycle.Backoff(
            until: start + .seconds(20), after: .code(2),
            strikes: Lifecycle.Strikes(crashes: 5, provisional: 0))
    }

    private var run: Lifecycle.Run {
        Lifecycle.Run(pid: 9, since: start, isAdopted: false, strikes: Lifecycle.Strikes())
    }

    private var runs: [Lifecycle.Phase] {
        var (awaiting, provisional, adopted) = (run, run, run)
        awaiting.awaiting = .forBinary
        provisional.provisional = plan
        adopted.isAdopted = true
        return [run, awaiting, provisional, adopted].map { .running($0) }
    }

    private func stops(next: Lifecycle.Next) -> [Lifecycle.Phase] {
        let due = start + .seconds(30)
        let asked = Lifecycle.Stop(killAt: due, next: next, isAsked: true)
        let lingering = Lifecycle.Stop(termAt: due, next: next, isAsked: true)
        let group = Lifecycle.Stop(
            killAt: due, next: next, isAsked: false, leaderExit: .code(2))
        var killing = asked
        killing.isKilled = true
        var killingGroup = group
        killingGroup.isKilled = true
        // What lingers does so for an upgrade, and goes over to `stopping` when asked to stop.
        let all = [asked, group, killing, killingGroup] + (next == .launch ? [lingering] : [])
        return all.map { .stopping(run, $0) }
    }
}
