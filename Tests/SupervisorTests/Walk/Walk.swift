import Testing

@testable import Supervisor

/// Many lives of lifecycles, one after another, in worlds that answer as they like.
struct Walk {
    private var random: SeededRandom
    var lifecycle = Lifecycle(policy: Lifecycle.Policy(), seed: 0)
    var world = World(grace: .zero, isHeld: false)
    let verdicts: [Verdict]
    private let plan: UpgradePlan
    /// What went before, for the report of a sin.
    var trail: [Event] = []
    /// How often each phase was come to.
    private(set) var visits: [Status.PhaseName: Int] = [:]

    enum Event {
        case command(Lifecycle.Command)
        case observation(Lifecycle.Observation)
        case effects([Lifecycle.Effect])

        /// Nothing else may be followed by a start.
        var letsStart: Bool {
            switch self {
            case .observation(.judged), .observation(.repaired): true
            case .command, .observation, .effects: false
            }
        }
    }

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        plan = try .sample()
        verdicts = Verdicts(plan: plan).all
    }

    /// Walks on; answers with the first sin, if there was one.
    mutating func walk(_ steps: Int) -> String? {
        var sin = beginLife()
        for count in 0..<steps {
            if sin == nil { sin = takeStep() }
            if sin == nil, count.isMultiple(of: 32) {
                sin = sinOfSettling(afterShutdown: count.isMultiple(of: 64))
            }
            if let sin { return "\(sin); \(lifecycle.phase); \(world); \(trail.suffix(20))" }
        }
        return nil
    }

    private mutating func beginLife() -> String? {
        var policy = Lifecycle.Policy()
        policy.grace = .seconds(random.below(3) * 15)
        policy.restart = Lifecycle.Policy.Restart.allCases[random.below(3)]
        policy.restartsAfterUpgrade = !random.oneIn(3)
        policy.patience = .seconds(random.below(2) * 20)
        lifecycle = Lifecycle(policy: policy, seed: random.next())
        let isHeld = random.oneIn(5)
        world = World(grace: policy.grace, isHeld: isHeld)
        trail = []
        lifecycle.begin(held: isHeld)
        switch random.below(4) {
        case 0:
            world.child = World.Child(since: world.now, isAsked: isHeld)
            return observe(.adopted(pid: 1))
        case 1:
            world.child = World.Child(since: world.now, isAsked: true)
            return observe(.remainsFound(pid: 1))
        default:
            world.verdicts = 1
            return world.contradiction(of: lifecycle.phase)
        }
    }

    // MARK: - Steps

    private mutating func takeStep() -> String? {
        if world.hasEnded, random.oneIn(8) { return beginLife() }
        switch random.below(16) {
        case 0, 1, 2: return passTime()
        case 3, 4: return observe(.tick)
        case 5: return command()
        case 6: return observe(.judged(verdicts[random.below(verdicts.count)]))
        case 7: return stray()
        default: return answer()
        }
    }

    private mutating func passTime() -> String? {
        let deadline = lifecycle.deadline
        switch random.below(4) {
        case 0: world.now += .milliseconds(random.below(3000))
        case 1: world.now += .seconds(random.below(80))
        case 2: world.now = max(world.now, deadline ?? world.now)
        default:
            world.now = max(world.now, (deadline ?? world.now) - .nanoseconds(1))
        }
        return nil
    }

    private mutating func command() -> String? {
        let command: Lifecycle.Command =
            switch random.below(14) {
            case 0: .shutdown(random.oneIn(2) ? nil : 3)
            case 1, 2, 3: .stop
            case 4, 5: .restart
            case 6, 7: .cancel
            case 8: .switch
            default: .start
            }
        let before = lifecycle
        do throws(Lifecycle.Refusal) {
            let effects = try lifecycle.request(command, at: world.now)
            world.accepted(command)
            return follow(effects, after: .command(command))
        } catch {
            guard lifecycle == before else { return "a refusal of \(command) changed something" }
            switch command {
            case .stop, .shutdown: return "\(command) was refused"
            case .start, .restart, .cancel, .switch: return nil
            }
        }
    }

    /// A legal answer to one thing that the world was asked for, or the daemon's own end.
    private mutating func answer() -> String? {
        if world.isSpawning { return answerSpawn() }
        if world.isMending {
            world.isMending = false
            return observe(random.oneIn(4) ? .repairFailed(.sample) : .repaired)
        }
        if let step = world.step {
            world.step = nil
            switch random.below(8) {
            case 0: return observe(.stepFailed(step, .sample))
            case 1: return observe(.stepCancelled(step))
            default: return observe(.stepDone(step))
            }
        }
        if world.verdicts > 0 {
            world.verdicts -= 1
            return observe(.judged(verdicts[random.below(verdicts.count)]))
        }
        guard world.child != nil else { return nil }
        return random.oneIn(2) ? observe(.verified) : endChild()
    }

    private mutating func answerSpawn() -> String? {
        guard random.oneIn(5) else {
            world.spawned()
            return observe(.spawned(pid: 1))
        }
        let retry = random.oneIn(2)
        world.spawnFailed()
        return observe(.spawnFailed(.sample, retry: retry))
    }

    private mutating func endChild() -> String? {
        let exit: Exit = [.code(0), .code(2), .signal(9), .unknown][random.below(4)]
        if random.oneIn(4), world.child?.isLeaderGone == false {
            world.child?.isLeaderGone = true
            // Its group gets TERM now, or had it with the leader.
            return observe(.leaderExited(exit))
        }
        world.exited()
        return observe(.exited(exit))
    }

    /// An answer to what nobody asked: it must change nothing.
    private mutating func stray() -> String? {
        let step = UpgradeStep.allCases[random.below(UpgradeStep.allCases.count)]
        let observation: Lifecycle.Observation
        switch random.below(10) {
        case 0 where !world.isSpawning: observation = .spawned(pid: 2)
        case 1 where !world.isSpawning: observation = .spawnFailed(.sample, retry: true)
        case 2 where !world.isSpawning: observation = .spawnFailed(.sample, retry: false)
        case 3 where !world.isMending: observation = .repaired
        case 4 where !world.isMending: observation = .repairFailed(.sample)
        case 5 where world.child == nil: observation = .exited(.code(0))
        case 6 where world.child == nil: observation = .leaderExited(.code(0))
        case 7 where world.step != step: observation = .stepDone(step)
        case 8 where world.step != step: observation = .stepFailed(step, .sample)
        case 9 where world.step != step: observation = .stepCancelled(step)
        default: return nil
        }
        let before = lifecycle
        let effects = lifecycle.observe(observation, at: world.now)
        guard effects.isEmpty, lifecycle == before else {
            return "\(observation) out of nothing led to \(effects.shape)"
        }
        return nil
    }

    // MARK: - Consequences

    mutating func observe(_ observation: Lifecycle.Observation) -> String? {
        if case .judged(let verdict) = observation {
            switch verdict.ruling {
            case .due, .restart:
                world.child?.isAsked = true
                world.waiveDelay()
            case .launchAgain, .repair: world.waiveDelay()
            case .carryOn, .watchClosely, .dueWithoutBinary, .blocked: break
            }
        }
        let effects = lifecycle.observe(observation, at: world.now)
        return follow(effects, after: .observation(observation))
    }

    mutating func follow(_ effects: [Lifecycle.Effect], after cause: Event) -> String? {
        if trail.count > 200 { trail.removeFirst(100) }
        trail.append(cause)
        trail.append(.effects(effects))
        for effect in effects {
            if effect == .spawn, !cause.letsStart { return "a spawn without a judgement" }
            if let sin = world.execute(effect) { return sin }
        }
        if case .blocked = lifecycle.phase { world.blocked() }
        visits[lifecycle.phase.name, default: 0] += 1
        return world.contradiction(of: lifecycle.phase)
    }
}
