extension Lifecycle {
    mutating func start() throws(Refusal) -> [Effect] {
        switch phase {
        case .idle, .blocked:
            phase = .launching(Launch())
            return [.liftHold, .judge]
        case .backingOff(let backoff):
            phase = .launching(Launch(strikes: backoff.strikes))
            return [.liftHold, .judge]
        case .launching(var launch):
            guard !launch.next.isEnd else { throw .shuttingDown }
            launch.next = .launch
            phase = .launching(launch)
            return [.liftHold]
        case .stopping(let run, var stop):
            guard !stop.next.isEnd else { throw .shuttingDown }
            stop.next = .launch
            phase = .stopping(run, stop)
            return [.liftHold]
        case .upgrading(var upgrade):
            guard !upgrade.next.isEnd else { throw .shuttingDown }
            upgrade.next = .launch
            phase = .upgrading(upgrade)
            return [.liftHold]
        case .running: return [.liftHold]
        case .ended: throw .shuttingDown
        }
    }

    mutating func restart(at now: Instant) throws(Refusal) -> [Effect] {
        switch phase {
        case .running(let run):
            return stop(run, next: .launch, at: now)
        case .backingOff:
            phase = .launching(Launch())
            return [.judge]
        case .idle: throw .held
        case .blocked(let block): throw .blocked(block)
        case .launching, .stopping, .upgrading: throw .operationInProgress
        case .ended: throw .shuttingDown
        }
    }

    /// Nothing that is under way is cut short for it, and it starts no node that is held.
    mutating func beginSwitch(at now: Instant) throws(Refusal) -> [Effect] {
        switch phase {
        case .running(let run):
            return stop(run, next: .launch, at: now)
        case .idle, .blocked, .backingOff:
            phase = .launching(Launch())
            return [.judge]
        case .launching, .stopping, .upgrading: throw .operationInProgress
        case .ended: throw .shuttingDown
        }
    }

    /// Calls an upgrade off; from the step `switch` on it is finished.
    mutating func cancel() throws(Refusal) -> [Effect] {
        switch phase {
        case .stopping(let run, var stop) where stop.isAsked && stop.next.isLaunch:
            stop.next = .unlessDue
            phase = .stopping(run, stop)
            return []
        case .upgrading(var upgrade) where upgrade.step != .switch && upgrade.next.isLaunch:
            upgrade.next = .unlessDue
            phase = .upgrading(upgrade)
            return [.cancelStep]
        case .idle, .launching, .running, .stopping, .upgrading, .blocked, .backingOff, .ended:
            throw .notCancellable
        }
    }

    /// Stop and shutdown: never refused, and an end is never taken back.
    mutating func leave(_ next: Next, at now: Instant) -> [Effect] {
        switch phase {
        case .idle, .blocked, .backingOff:
            return settle(next, exit: nil)
        case .launching(var launch):
            launch.next = launch.next.isEnd ? launch.next : next
            phase = .launching(launch)
            return []
        case .running(let run):
            return stop(run, next: next, at: now)
        case .stopping(let run, var stop):
            stop.next = stop.next.isEnd ? stop.next : next
            // What was left waiting for the upgrade's sake is not waited for any more.
            let isOverdue = stop.termAt != nil
            if isOverdue { stop.term(at: now, grace: policy.grace) }
            phase = .stopping(run, stop)
            return isOverdue ? [.terminate] : []
        case .upgrading(var upgrade):
            upgrade.next = upgrade.next.isEnd ? upgrade.next : next
            phase = .upgrading(upgrade)
            return [.cancelStep]
        case .ended: return []
        }
    }

    mutating func stop(
        _ run: Run, next: Next, patience: Duration = .zero, at now: Instant
    ) -> [Effect] {
        var stop = Stop(next: next, isAsked: true)
        if patience > .zero {
            stop.termAt = now + patience
        } else {
            stop.term(at: now, grace: policy.grace)
        }
        phase = .stopping(run, stop)
        return patience > .zero ? [] : [.terminate]
    }

    /// Nothing runs and nothing is under way: goes where it was wanted.
    mutating func settle(_ next: Next, exit: Exit?) -> [Effect] {
        switch next {
        case .launch:
            phase = .launching(Launch())
            return [.judge]
        case .unlessDue:
            phase = .launching(Launch(next: .unlessDue))
            return [.judge]
        case .idle:
            phase = .idle
            return []
        case .end(let code):
            let code = code ?? exit?.processCode ?? 0
            phase = .ended(code)
            return [.end(code)]
        }
    }
}
