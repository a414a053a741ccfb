@testable import Supervisor

extension Walk {
    /// With prompt answers and nobody asking for anything, a lifecycle comes to rest.
    func sinOfSettling(afterShutdown isEnding: Bool) -> String? {
        var other = self
        other.trail = []
        if isEnding, let sin = other.shutDown() { return sin }
        for _ in 0..<40 {
            switch other.lifecycle.phase {
            case .ended: return nil
            case .idle, .running, .blocked: return isEnding ? "a shutdown that ends nothing" : nil
            case .launching, .stopping, .upgrading, .backingOff:
                if let sin = other.answerPromptly() { return sin }
            }
        }
        return "it does not come to rest but stays at \(other.lifecycle.phase)"
    }

    private mutating func shutDown() -> String? {
        do throws(Lifecycle.Refusal) {
            let effects = try lifecycle.request(.shutdown(7), at: world.now)
            world.accepted(.shutdown(7))
            return follow(effects, after: .command(.shutdown(7)))
        } catch {
            return "a shutdown was refused"
        }
    }

    private mutating func answerPromptly() -> String? {
        if world.isSpawning {
            world.spawned()
            return observe(.spawned(pid: 1))
        }
        if world.isMending {
            world.isMending = false
            return observe(.repaired)
        }
        if let step = world.step {
            world.step = nil
            return observe(.stepDone(step))
        }
        if case .launching = lifecycle.phase {
            world.verdicts -= 1
            return observe(.judged(verdicts[0]))
        }
        if world.child?.termAt != nil {
            world.exited()
            return observe(.exited(.code(0)))
        }
        guard let deadline = lifecycle.deadline, deadline - world.now <= .seconds(66) else {
            return "nothing will come, or far too late"
        }
        world.now = max(world.now, deadline)
        return observe(.tick)
    }
}
