import Testing

@testable import Supervisor

/// Daemons of more than one process, and what an earlier run of ours left.
struct GroupStoryTests {
    private static func running() throws -> Story {
        var story = try Story()
        story.launch()
        return story
    }

    @Test func `what a leader that ended by itself leaves behind is stopped before the next start`()
        throws
    {
        var story = try Self.running()
        #expect(story.observe(.leaderExited(.code(2))) == "terminateGroup")
        #expect(story.shape == "stopping the group then launch")
        story.pass(.seconds(30) - .nanoseconds(1))
        #expect(story.observe(.tick) == "")
        _ = try story.passToDeadline()
        #expect(story.observe(.tick) == "kill")
        #expect(story.observe(.exited(.code(2))) == "judge")
        story.launch()
    }

    @Test func `a leader's own end counts for the restart policy, whoever stopped its group`()
        throws
    {
        var story = try Self.running()
        #expect(story.observe(.leaderExited(.code(0))) == "terminateGroup")
        #expect(story.observe(.exited(.code(0))) == "judge")
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "end(0)")
    }

    @Test func `the group of a stopped leader has the rest of the grace`() throws {
        var story = try Self.running()
        #expect(try story.request(.stop) == "terminate")
        story.pass(.seconds(20))
        #expect(story.observe(.leaderExited(.signal(15))) == "terminateGroup")
        #expect(try story.passToDeadline() == .seconds(10))
        #expect(story.observe(.tick) == "kill")
        #expect(story.observe(.exited(.signal(15))) == "")
        #expect(story.shape == "idle")
    }

    @Test func `the group of a killed leader is killed`() throws {
        var story = try Self.running()
        #expect(try story.request(.stop) == "terminate")
        _ = try story.passToDeadline()
        #expect(story.observe(.tick) == "kill")
        #expect(story.observe(.leaderExited(.signal(9))) == "kill")
    }

    @Test func `a stop while a leader's group ends starts nothing`() throws {
        var story = try Self.running()
        #expect(story.observe(.leaderExited(.code(2))) == "terminateGroup")
        #expect(try story.request(.stop) == "")
        #expect(story.observe(.exited(.code(2))) == "")
        #expect(story.shape == "idle")
    }

    @Test func `a hold at the beginning starts nothing until start`() throws {
        var story = try Story(held: true)
        #expect(story.observe(.judged(story.verdicts.due)) == "")
        #expect(story.shape == "idle")
        #expect(throws: Lifecycle.Refusal.held) { try story.request(.restart) }
        #expect(try story.request(.start) == "liftHold judge")
        story.launch()
    }

    @Test func `a daemon found alive is left alive`() throws {
        var story = try Story()
        #expect(story.observe(.adopted(pid: 9)) == "")
        #expect(story.shape == "running adopted")
        #expect(story.observe(.exited(.unknown)) == "judge")
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "spawn")
    }

    @Test func `a daemon found alive in spite of a hold is stopped`() throws {
        var story = try Story(held: true)
        #expect(story.observe(.adopted(pid: 9)) == "terminate")
        #expect(story.observe(.exited(.unknown)) == "")
        #expect(story.shape == "idle")
    }

    @Test func `remains of an earlier daemon are stopped before anything is started`() throws {
        for (held, effects, after) in [
            (false, "judge", "launching (verdict) then launch"), (true, "", "idle"),
        ] {
            var story = try Story(held: held)
            #expect(story.observe(.remainsFound(pid: 9)) == "terminateGroup")
            #expect(try story.passToDeadline() == .seconds(30))
            #expect(story.observe(.tick) == "kill")
            #expect(story.observe(.exited(.unknown)) == effects)
            #expect(story.shape == after)
        }
    }
}
