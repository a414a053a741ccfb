extension Lifecycle {
    mutating func spawned(_ pid: Int32, at now: Instant) -> [Effect] {
        guard case .launching(let launch) = phase, launch.awaits == .process else { return [] }
        let run = Run(
            pid: pid, since: now, isAdopted: false, strikes: launch.strikes,
            provisional: launch.provisional)
        guard launch.next == .launch else { return stop(run, next: launch.next, at: now) }
        phase = .running(run)
        return []
    }

    mutating func spawnFailed(
        _ block: Block, retry: Bool, at now: Instant
    ) -> [Effect] {
        guard case .launching(let launch) = phase, launch.awaits == .process else { return [] }
        guard launch.next == .launch else { return settle(launch.next, exit: launch.after) }
        guard retry else {
            phase = .blocked(block)
            return []
        }
        var strikes = launch.strikes
        strikes.crashes += 1
        let until = now + max(backoff(afterCrash: strikes.crashes), .seconds(1))
        phase = .backingOff(Backoff(until: until, after: launch.after, strikes: strikes))
        return []
    }

    mutating func repaired() -> [Effect] {
        guard case .launching(let launch) = phase, launch.awaits == .mending else { return [] }
        guard launch.next == .launch else { return settle(launch.next, exit: launch.after) }
        return spawn(launch)
    }

    mutating func repairFailed(_ block: Block) -> [Effect] {
        guard case .launching(let launch) = phase, launch.awaits == .mending else { return [] }
        guard launch.next == .launch else { return settle(launch.next, exit: launch.after) }
        phase = .blocked(block)
        return []
    }

    mutating func adopted(_ pid: Int32, at now: Instant) -> [Effect] {
        guard case .launching(let launch) = phase, launch.awaits == .verdict else { return [] }
        let run = Run(pid: pid, since: now, isAdopted: true, strikes: launch.strikes)
        guard launch.next == .launch else { return stop(run, next: launch.next, at: now) }
        phase = .running(run)
        return []
    }

    mutating func remainsFound(_ pid: Int32, at now: Instant) -> [Effect] {
        guard case .launching(let launch) = phase, launch.awaits == .verdict else { return [] }
        let run = Run(pid: pid, since: now, isAdopted: true, strikes: launch.strikes)
        _ = stop(run, next: launch.next, at: now)
        return [.terminateGroup]
    }

    mutating func leaderExited(_ exit: Exit, at now: Instant) -> [Effect] {
        switch phase {
        case .running(let run):
            var stop = Stop(next: .launch, isAsked: false, leaderExit: exit)
            stop.term(at: now, grace: policy.grace)
            phase = .stopping(run, stop)
            return [.terminateGroup]
        case .stopping(let run, var stop):
            stop.leaderExit = exit
            if stop.termAt != nil { stop.term(at: now, grace: policy.grace) }
            phase = .stopping(run, stop)
            return stop.isKilled ? [.kill] : [.terminateGroup]
        case .idle, .launching, .upgrading, .blocked, .backingOff, .ended: return []
        }
    }

    mutating func exited(_ exit: Exit, at now: Instant) -> [Effect] {
        switch phase {
        case .running(let run):
            return ended(run, exit: exit, asked: false, next: .launch, at: now)
        case .stopping(let run, let stop):
            return ended(run, exit: exit, asked: stop.isAsked, next: stop.next, at: now)
        case .idle, .launching, .upgrading, .blocked, .backingOff, .ended: return []
        }
    }

    mutating func ended(
        _ run: Run, exit: Exit, asked: Bool, next: Next, at now: Instant
    ) -> [Effect] {
        guard next == .launch, !asked else { return settle(next, exit: exit) }
        var strikes = now - run.since >= .seconds(60) ? Strikes() : run.strikes
        strikes.crashes += 1
        strikes.provisional = run.provisional == nil ? 0 : run.strikes.provisional + 1
        phase = .launching(Launch(after: exit, strikes: strikes))
        return [.judge]
    }

    mutating func verified() -> [Effect] {
        guard case .running(var run) = phase else { return [] }
        run.provisional = nil
        run.strikes.provisional = 0
        phase = .running(run)
        return []
    }

    mutating func tick(at now: Instant) -> [Effect] {
        switch phase {
        case .stopping(let run, var stop):
            if let due = stop.termAt, due <= now {
                stop.term(at: now, grace: policy.grace)
                phase = .stopping(run, stop)
                return [stop.leaderExit == nil ? .terminate : .terminateGroup]
            }
            guard let due = stop.killAt, due <= now else { return [] }
            stop.isKilled = true
            // A member may have been born between the look at the group and the signal.
            stop.killAt = now + .seconds(1)
            phase = .stopping(run, stop)
            return [.kill]
        case .backingOff(let backoff):
            guard backoff.until <= now else { return [] }
            phase = .launching(Launch(strikes: backoff.strikes))
            return [.judge]
        case .idle, .launching, .running, .upgrading, .blocked, .ended: return []
        }
    }
}

extension Lifecycle.Stop {
    mutating func term(at now: Instant, grace: Duration) {
        termAt = nil
        killAt = now + grace
    }
}
