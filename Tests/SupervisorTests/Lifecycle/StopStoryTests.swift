import Testing

@testable import Supervisor

struct StopStoryTests {
    private static func running(grace: Duration = .seconds(30)) throws -> Story {
        var story = try Story { $0.grace = grace }
        story.launch()
        return story
    }

    @Test func `a child that ignores TERM is killed after its grace, and not before`() throws {
        var story = try Self.running()
        #expect(try story.request(.stop) == "terminate")
        story.pass(.seconds(30) - .nanoseconds(1))
        #expect(story.observe(.tick) == "")
        story.pass(.nanoseconds(1))
        #expect(story.observe(.tick) == "kill")
        #expect(story.observe(.tick) == "")
        // A member of its group may have been born just then.
        #expect(try story.passToDeadline() == .seconds(1))
        #expect(story.observe(.tick) == "kill")
        #expect(story.observe(.exited(.signal(9))) == "")
        #expect(story.shape == "idle")
        #expect(story.lifecycle.deadline == nil)
    }

    @Test func `a second stop changes nothing`() throws {
        var story = try Self.running()
        #expect(try story.request(.stop) == "terminate")
        let before = story.lifecycle
        story.pass(.seconds(29))
        #expect(try story.request(.stop) == "")
        #expect(story.lifecycle == before)
    }

    @Test func `a second shutdown changes neither code nor grace`() throws {
        var story = try Self.running()
        #expect(try story.request(.shutdown(nil)) == "terminate")
        let before = story.lifecycle
        story.pass(.seconds(29))
        #expect(try story.request(.shutdown(5)) == "")
        #expect(try story.request(.stop) == "")
        #expect(story.lifecycle == before)
        #expect(throws: Lifecycle.Refusal.shuttingDown) { try story.request(.start) }
        #expect(throws: Lifecycle.Refusal.operationInProgress) { try story.request(.restart) }
        #expect(story.observe(.exited(.code(0))) == "end(0)")
    }

    @Test func `a shutdown during a stop ends, with no new grace`() throws {
        var story = try Self.running()
        #expect(try story.request(.stop) == "terminate")
        story.pass(.seconds(29))
        #expect(try story.request(.shutdown(3)) == "")
        #expect(try story.passToDeadline() == .seconds(1))
        #expect(story.observe(.tick) == "kill")
        #expect(story.observe(.exited(.signal(9))) == "end(3)")
        #expect(story.observe(.tick) == "")
        #expect(story.shape == "ended 3")
    }

    @Test func `the daemon's own end is the supervisor's code`() throws {
        let rows: [(Exit, Int32)] = [
            (.code(0), 0), (.code(7), 7), (.signal(15), 143), (.signal(9), 137), (.unknown, 1),
        ]
        for (exit, code) in rows {
            var story = try Self.running()
            #expect(try story.request(.shutdown(nil)) == "terminate")
            #expect(story.observe(.exited(exit)) == "end(\(code))")
            #expect(story.shape == "ended \(code)")
        }
        #expect(Exit(status: 7 << 8) == .code(7))
        #expect(Exit(status: 11) == .signal(11))
        #expect(Exit(status: 11 | 0x80) == .signal(11))
    }

    @Test func `start during a stop has the daemon back after its end`() throws {
        var story = try Self.running()
        #expect(try story.request(.stop) == "terminate")
        #expect(try story.request(.start) == "liftHold")
        #expect(story.observe(.exited(.signal(15))) == "judge")
        story.launch()
        #expect(story.shape == "running")
    }

    @Test func `a restart is no crash`() throws {
        var story = try Self.running()
        for _ in 1...20 {
            #expect(try story.request(.restart) == "terminate")
            #expect(story.observe(.exited(.signal(15))) == "judge")
            story.launch()
        }
    }

    @Test func `a restart goes through the judge, so that a plan written meanwhile counts`() throws
    {
        var story = try Self.running()
        #expect(try story.request(.restart) == "terminate")
        #expect(story.observe(.judged(story.verdicts.due)) == "")
        #expect(story.observe(.exited(.code(0))) == "judge")
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
    }

    @Test func `nothing is begun after the end`() throws {
        var story = try Story()
        #expect(try story.request(.stop) == "")
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "")
        #expect(try story.request(.shutdown(nil)) == "end(0)")
        let before = story.lifecycle
        #expect(throws: Lifecycle.Refusal.shuttingDown) { try story.request(.start) }
        #expect(throws: Lifecycle.Refusal.shuttingDown) { try story.request(.restart) }
        #expect(try story.request(.stop) == "")
        #expect(try story.request(.shutdown(4)) == "")
        #expect(story.lifecycle == before)
    }
}
