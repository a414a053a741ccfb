extension Lifecycle {
    mutating func judged(_ verdict: Verdict, at now: Instant) -> [Effect] {
        switch phase {
        case .launching(let launch): return judged(verdict, launching: launch, at: now)
        case .running(let run): return judged(verdict, running: run, at: now)
        case .backingOff(let backoff):
            guard verdict.ruling.isDue else { return [] }
            let launch = Launch(after: backoff.after, strikes: backoff.strikes)
            phase = .launching(launch)
            return judged(verdict, launching: launch, at: now)
        case .blocked(let block):
            // The cause went away: the binary that was missing has come.
            guard block.isCured(by: verdict) else { return [] }
            phase = .launching(Launch())
            return [.judge]
        case .idle, .stopping, .upgrading, .ended: return []
        }
    }

    mutating func cured() -> [Effect] {
        guard case .blocked(let block) = phase, block.waitsFor != nil else { return [] }
        phase = .launching(Launch())
        return [.judge]
    }

    mutating func judged(
        _ verdict: Verdict, launching launch: Launch, at now: Instant
    ) -> [Effect] {
        guard launch.awaits == .verdict else { return [] }
        guard launch.next.isLaunch else { return settle(launch.next, exit: launch.after) }
        let isCalledOff = launch.next == .unlessDue
        var launch = launch
        launch.next = .launch
        launch.provisional = verdict.provisional
        switch verdict.ruling {
        case .due:
            guard let plan = verdict.plan else { return [] }
            guard !isCalledOff else {
                phase = .blocked(.calledOff(plan))
                return []
            }
            return begin(.acquire, of: plan)
        case .dueWithoutBinary(let block), .blocked(let block):
            phase = .blocked(block)
            return []
        case .repair(let repair):
            launch.awaits = .mending
            phase = .launching(launch)
            return [.repair(repair)]
        case .launchAgain:
            return spawn(launch)
        case .carryOn, .watchClosely, .restart:
            return afterwards(launch, at: now)
        }
    }

    mutating func judged(
        _ verdict: Verdict, running run: Run, at now: Instant
    ) -> [Effect] {
        var run = run
        // Of an adopted daemon only the disk can tell.
        run.provisional = verdict.provisional
        switch verdict.ruling {
        case .due:
            run.awaiting = nil
            return stop(run, next: .launch, patience: policy.patience, at: now)
        case .restart:
            run.awaiting = nil
            return stop(run, next: .launch, at: now)
        case .dueWithoutBinary(let block), .blocked(let block):
            run.awaiting = block
        case .carryOn, .watchClosely, .launchAgain, .repair:
            run.awaiting = nil
        }
        phase = .running(run)
        return []
    }

    /// No upgrade stands in the way: the restart policy says whether and when to start.
    mutating func afterwards(_ launch: Launch, at now: Instant) -> [Effect] {
        guard let exit = launch.after else { return spawn(launch) }
        guard policy.restart == .always || (policy.restart == .onFailure && !exit.isSuccess) else {
            return settle(.end(nil), exit: exit)
        }
        if let plan = launch.provisional, launch.strikes.provisional >= 5 {
            phase = .blocked(.newBinaryFails(plan))
            return []
        }
        let wait = backoff(afterCrash: launch.strikes.crashes)
        guard wait > .zero else { return spawn(launch) }
        phase = .backingOff(Backoff(until: now + wait, after: exit, strikes: launch.strikes))
        return []
    }

    mutating func spawn(_ launch: Launch) -> [Effect] {
        var launch = launch
        launch.awaits = .process
        phase = .launching(launch)
        return [.spawn]
    }

    /// The first restart is at once, then 1 s doubling to 60 s, each within 10 percent.
    mutating func backoff(afterCrash count: Int) -> Duration {
        guard count > 1, policy.pacing == .growing else { return .zero }
        let seconds = min(60, 1 << min(count - 2, 6))
        return .milliseconds(seconds * 1000 + Int(nextRandom() % 201) * seconds - 100 * seconds)
    }

    /// SplitMix64: enough to keep a fleet from restarting in step.
    private mutating func nextRandom() -> UInt64 {
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
