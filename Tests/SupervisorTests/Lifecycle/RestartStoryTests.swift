import Testing

@testable import Supervisor

struct RestartStoryTests {
    /// A daemon that has ended the given number of times within a second of its start.
    private static func crashed(
        _ count: Int, seed: UInt64 = 1, verdict: Verdict? = nil,
        _ change: (inout Lifecycle.Policy) -> Void = { _ in }
    ) throws -> Story {
        var story = try Story(seed: seed, change)
        story.launch(verdict)
        for crash in 1...count {
            #expect(story.observe(.exited(.code(2))) == "judge")
            guard crash < count else { break }
            let effects = story.observe(.judged(verdict ?? story.verdicts.carryOn))
            if effects.isEmpty {
                _ = try story.passToDeadline()
                #expect(story.observe(.tick) == "judge")
                #expect(story.observe(.judged(verdict ?? story.verdicts.carryOn)) == "spawn")
            }
            story.spawn()
        }
        return story
    }

    @Test func `the policy says which ends are followed by a start`() throws {
        let rows: [(Lifecycle.Policy.Restart, Exit, String)] = [
            (.onFailure, .code(0), "end(0)"), (.onFailure, .code(1), "spawn"),
            (.onFailure, .signal(9), "spawn"), (.onFailure, .unknown, "spawn"),
            (.always, .code(0), "spawn"), (.always, .code(1), "spawn"),
            (.always, .signal(9), "spawn"), (.always, .unknown, "spawn"),
            (.no, .code(0), "end(0)"), (.no, .code(7), "end(7)"),
            (.no, .signal(9), "end(137)"), (.no, .unknown, "end(1)"),
        ]
        for (policy, exit, effects) in rows {
            var story = try Story { $0.restart = policy }
            story.launch()
            #expect(story.observe(.exited(exit)) == "judge")
            #expect(
                story.observe(.judged(story.verdicts.carryOn)) == effects, "\(policy), \(exit)")
        }
    }

    @Test func `without pacing every restart is at once`() throws {
        var story = try Self.crashed(20) { $0.pacing = .none }
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "spawn")
    }

    @Test(arguments: [0, 1, 2, 3, 0xDEAD_BEEF, UInt64.max])
    func `the first restart is at once, then after 1 s doubling to 60 s, each within a tenth`(
        seed: UInt64
    ) throws {
        for (crash, seconds) in [0, 1, 2, 4, 8, 16, 32, 60, 60, 60].enumerated() {
            var story = try Self.crashed(crash + 1, seed: seed)
            guard seconds > 0 else {
                #expect(story.observe(.judged(story.verdicts.carryOn)) == "spawn")
                continue
            }
            #expect(story.observe(.judged(story.verdicts.carryOn)) == "")
            let wait = try story.passToDeadline()
            #expect(wait >= .milliseconds(900 * seconds))
            #expect(wait <= .milliseconds(1100 * seconds))
            story.pass(.nanoseconds(-1))
            #expect(story.observe(.tick) == "")
            story.pass(.nanoseconds(1))
            #expect(story.observe(.tick) == "judge")
            #expect(story.observe(.judged(story.verdicts.carryOn)) == "spawn")
        }
    }

    @Test func `two nodes do not restart in step`() throws {
        var waits: Set<Duration> = []
        for seed in UInt64(0)..<50 {
            var story = try Self.crashed(8, seed: seed)
            _ = story.observe(.judged(story.verdicts.carryOn))
            waits.insert(try story.passToDeadline())
        }
        #expect(waits.count > 30)
    }

    @Test func `a minute alive makes the next end the first again`() throws {
        for (alive, effects) in [
            (Duration.seconds(60), "spawn"), (.seconds(60) - .nanoseconds(1), ""),
        ] {
            var story = try Self.crashed(4)
            _ = story.observe(.judged(story.verdicts.carryOn))
            _ = try story.passToDeadline()
            #expect(story.observe(.tick) == "judge")
            story.launch()
            story.pass(alive)
            #expect(story.observe(.exited(.code(2))) == "judge")
            #expect(story.observe(.judged(story.verdicts.carryOn)) == effects)
        }
    }

    @Test func `start, restart and a due plan end the wait; stop gives it up`() throws {
        var story = try Self.crashed(4)
        _ = story.observe(.judged(story.verdicts.carryOn))
        #expect(story.shape == "backing off")
        var other = story
        #expect(try other.request(.start) == "liftHold judge")
        #expect(other.observe(.judged(story.verdicts.carryOn)) == "spawn")
        other = story
        #expect(try other.request(.restart) == "judge")
        other = story
        #expect(other.observe(.judged(story.verdicts.due)) == "step(acquire)")
        other = story
        #expect(try other.request(.stop) == "")
        #expect(other.shape == "idle")
        other = story
        #expect(try other.request(.shutdown(0)) == "end(0)")
        for verdict in story.verdicts.all where verdict != story.verdicts.due {
            other = story
            #expect(other.observe(.judged(verdict)) == "")
            #expect(other.lifecycle == story.lifecycle)
        }
    }

    @Test func `an end after the wait was cut short waits longer than before`() throws {
        var story = try Self.crashed(4)
        _ = story.observe(.judged(story.verdicts.carryOn))
        _ = try story.request(.start)
        story.launch()
        #expect(story.observe(.exited(.code(2))) == "judge")
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "")
        #expect(try story.passToDeadline() >= .milliseconds(7200))
    }

    @Test func `a daemon started once more to prove its plan waits for nothing`() throws {
        var story = try Self.crashed(6) { $0.restart = .always }
        #expect(story.observe(.judged(story.verdicts.launchAgain)) == "spawn")
        story = try Self.crashed(1) { $0.restart = .no }
        #expect(story.observe(.judged(story.verdicts.launchAgain)) == "spawn")
    }

    @Test func `a mended plan file is tried at once`() throws {
        var story = try Self.crashed(6)
        #expect(story.observe(.judged(story.verdicts.repair)) == "repair")
        #expect(story.observe(.repaired) == "spawn")
        story.spawn()
        #expect(story.shape == "running")
    }

    @Test func `a plan file that cannot be mended blocks`() throws {
        var story = try Self.crashed(1)
        #expect(story.observe(.judged(story.verdicts.repair)) == "repair")
        #expect(story.observe(.repairFailed(.sample)) == "")
        #expect(story.lifecycle.phase == .blocked(.sample))
    }
}
