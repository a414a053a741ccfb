/// The node's life as a value: commands and observations in, effects out, time passed in.
///
/// Pure and synchronous, so that every path can be tested by table and by random walk. The rules it
/// keeps whatever comes: at most one daemon; nothing is started before the last has ended, after a
/// stop, or before a backoff is over; no KILL before the grace is over; no upgrade step while a
/// daemon lives.
package struct Lifecycle: Sendable, Equatable {
    package internal(set) var phase: Phase
    package var policy: Policy
    var random: UInt64

    /// - Parameter seed: of the backoff's jitter.
    package init(policy: Policy, seed: UInt64) {
        phase = .idle
        self.policy = policy
        random = seed
    }

    /// When `tick` is wanted.
    package var deadline: Instant? {
        switch phase {
        case .stopping(_, let stop): stop.termAt ?? stop.killAt
        case .backingOff(let backoff): backoff.until
        case .idle, .launching, .running, .upgrading, .blocked, .ended: nil
        }
    }

    /// Begins: what an earlier run left is looked for, then the disk is judged.
    ///
    /// - Parameter held: a hold lies on the disk, so that nothing is to be started.
    package mutating func begin(held: Bool) {
        phase = .launching(Launch(next: held ? .idle : .launch))
    }

    package mutating func request(
        _ command: Command, at now: Instant
    ) throws(Refusal) -> [Effect] {
        switch command {
        case .start: try start()
        case .restart: try restart(at: now)
        case .switch: try beginSwitch(at: now)
        case .cancel: try cancel()
        case .stop: leave(.idle, at: now)
        case .shutdown(let code): leave(.end(code), at: now)
        }
    }

    package mutating func observe(_ observation: Observation, at now: Instant) -> [Effect] {
        switch observation {
        case .judged(let verdict): judged(verdict, at: now)
        case .spawned(let pid): spawned(pid, at: now)
        case .spawnFailed(let block, let retry): spawnFailed(block, retry: retry, at: now)
        case .repaired: repaired()
        case .repairFailed(let block): repairFailed(block)
        case .adopted(let pid): adopted(pid, at: now)
        case .remainsFound(let pid): remainsFound(pid, at: now)
        case .leaderExited(let exit): leaderExited(exit, at: now)
        case .exited(let exit): exited(exit, at: now)
        case .verified: verified()
        case .stepDone(let step): stepDone(step)
        case .stepFailed(let step, let block): stepFailed(step, block)
        case .stepCancelled(let step): stepCancelled(step)
        case .cured: cured()
        case .tick: tick(at: now)
        }
    }
}
