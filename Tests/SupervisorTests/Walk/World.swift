@testable import Supervisor

/// The world that a lifecycle acts upon, as a few rules; what must never be done to it is a sin.
struct World {
    var now = start
    let grace: Duration
    var child: Child?
    /// What was asked of the world and is not answered yet.
    var verdicts = 0
    var isSpawning = false
    var isMending = false
    var step: UpgradeStep?
    /// What somebody wanted last; an end is never taken back.
    private(set) var wish = Lifecycle.Next.launch
    /// An upgrade was called off: none begins before somebody starts the node, or it runs again.
    private var isCalledOff = false
    var hasEnded = false
    /// The earliest moment of the next spawn, by the ends so far.
    private(set) var spawnsFrom: Instant?
    private var ends = 0

    struct Child {
        let since: Instant
        var termAt: Instant?
        var isLeaderGone = false
        /// Somebody wants its end, so that it is no crash.
        var isAsked: Bool
    }

    init(grace: Duration, isHeld: Bool) {
        self.grace = grace
        wish = isHeld ? .idle : .launch
    }

    var isWanted: Bool { wish == .launch }

    // MARK: - Effects

    /// Does what it is told; answers with what is forbidden about it.
    mutating func execute(_ effect: Lifecycle.Effect) -> String? {
        if hasEnded { return "an effect after the end" }
        let isFree = child == nil && !isSpawning && !isMending && step == nil
        switch effect {
        case .judge:
            verdicts += 1
        case .spawn:
            guard isFree else { return "a spawn while something lives or is under way" }
            guard isWanted else { return "a spawn after a stop" }
            if let spawnsFrom, now < spawnsFrom { return "a spawn before the backoff is over" }
            isSpawning = true
            isCalledOff = false
        case .repair:
            guard isFree, isWanted else { return "a repair while something is under way" }
            isMending = true
        case .terminate, .terminateGroup:
            guard let child else { return "a TERM for nobody" }
            self.child?.termAt = child.termAt ?? now
        case .kill:
            guard let termAt = child?.termAt else { return "a KILL without a TERM" }
            guard now >= termAt + grace else { return "a KILL before the grace is over" }
        case .step(let next, _):
            guard isFree else { return "a step while something lives or is under way" }
            guard isWanted else { return "a step after a stop" }
            guard !isCalledOff else { return "a step of an upgrade that was called off" }
            step = next
            forgive()
        case .cancelStep:
            guard step != nil else { return "a cancel of nothing" }
        case .liftHold:
            guard isWanted else { return "a hold lifted by no start" }
        case .end(let code):
            guard isFree else { return "an end while something lives or is under way" }
            if case .end(let wanted?) = wish, wanted != code { return "an end with another code" }
            hasEnded = true
        }
        return nil
    }

    /// What the phase says must be so in the world.
    func contradiction(of phase: Lifecycle.Phase) -> String? {
        let isFree = child == nil && !isSpawning && !isMending && step == nil
        let isRight =
            switch phase {
            case .idle: isFree && wish == .idle
            case .blocked, .backingOff: isFree && isWanted
            case .ended: isFree && hasEnded
            case .launching(let launch):
                // Once it was judged the cancel is done with.
                (launch.next == next || launch.awaits != .verdict && launch.next == wish)
                    && isAwaited(launch.awaits)
            case .running: child != nil && step == nil && isWanted
            case .stopping(_, let stop): child != nil && step == nil && stop.next == next
            case .upgrading(let upgrade):
                child == nil && step == upgrade.step && upgrade.next == next
            }
        return isRight ? nil : "the phase is not what the world is"
    }

    private var next: Lifecycle.Next { isCalledOff ? .unlessDue : wish }

    private func isAwaited(_ answer: Lifecycle.Launch.Answer) -> Bool {
        guard child == nil, step == nil else { return false }
        switch answer {
        case .verdict: return verdicts > 0 && !isSpawning && !isMending
        case .mending: return isMending && !isSpawning
        case .process: return isSpawning && !isMending
        }
    }

    // MARK: - What has happened

    mutating func accepted(_ command: Lifecycle.Command) {
        isCalledOff = command == .cancel
        switch command {
        case .cancel: break
        case .start:
            wish = .launch
        case .restart:
            child?.isAsked = true
        case .switch:
            // Only a hold would say no, and that is not the lifecycle's to know.
            wish = .launch
            child?.isAsked = true
        case .stop:
            if !isEnding { wish = .idle }
            child?.isAsked = true
        case .shutdown(let code):
            if !isEnding { wish = .end(code) }
            child?.isAsked = true
        }
        forgive()
    }

    private var isEnding: Bool {
        guard case .end = wish else { return false }
        return true
    }

    mutating func spawned() {
        isSpawning = false
        child = Child(since: now, isAsked: !isWanted)
    }

    /// The machine had no room: not before a second has passed.
    mutating func spawnFailed() {
        isSpawning = false
        ends += 1
        delaySpawn(atLeast: .seconds(1))
    }

    mutating func exited() {
        guard let child else { return }
        self.child = nil
        guard !child.isAsked else { return forgive() }
        ends = now - child.since >= .seconds(60) ? 1 : ends + 1
        delaySpawn(atLeast: .zero)
    }

    /// The next start is as good as the first.
    mutating func forgive() {
        ends = 0
        spawnsFrom = nil
    }

    /// Nothing goes on; the next start is as good as the first.
    mutating func blocked() {
        isCalledOff = false
        forgive()
    }

    /// Somebody or something will not wait for the backoff's end.
    mutating func waiveDelay() { spawnsFrom = nil }

    private mutating func delaySpawn(atLeast least: Duration) {
        let wait = ends > 1 ? Duration.milliseconds(900 * min(60, 1 << min(ends - 2, 6))) : .zero
        spawnsFrom = now + max(wait, least)
    }
}
