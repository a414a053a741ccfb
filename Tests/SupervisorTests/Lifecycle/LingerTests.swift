import Testing

@testable import Supervisor

/// A due daemon that is left to end by itself, or to serve its peers, before TERM.
struct LingerTests {
    private static func lingering() throws -> Story {
        var story = try Story {
            $0.patience = .seconds(20)
            $0.grace = .seconds(5)
        }
        story.launch()
        #expect(story.observe(.judged(story.verdicts.due)) == "")
        #expect(story.shape == "lingering then launch")
        return story
    }

    @Test func `TERM comes when the patience is over, and the grace begins with it`() throws {
        var story = try Self.lingering()
        story.pass(.seconds(20) - .nanoseconds(1))
        #expect(story.observe(.tick) == "")
        #expect(try story.passToDeadline() == .nanoseconds(1))
        #expect(story.observe(.tick) == "terminate")
        #expect(try story.passToDeadline() == .seconds(5))
        #expect(story.observe(.tick) == "kill")
    }

    @Test func `a daemon that ends by itself meanwhile is upgraded at once`() throws {
        var story = try Self.lingering()
        #expect(story.observe(.exited(.code(0))) == "judge")
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
    }

    @Test(arguments: [Lifecycle.Command.stop, .shutdown(0)])
    func `a stop or a shutdown ends the patience`(command: Lifecycle.Command) throws {
        var story = try Self.lingering()
        story.pass(.seconds(1))
        #expect(try story.request(command) == "terminate")
        #expect(try story.passToDeadline() == .seconds(5))
        #expect(story.observe(.tick) == "kill")
    }

    @Test func `what a leader leaves of its group gets TERM at once`() throws {
        var story = try Self.lingering()
        story.pass(.seconds(1))
        #expect(story.observe(.leaderExited(.code(0))) == "terminateGroup")
        #expect(try story.passToDeadline() == .seconds(5))
        #expect(story.observe(.tick) == "kill")
    }

    @Test func `neither restart nor a second verdict changes anything`() throws {
        var story = try Self.lingering()
        let before = story.lifecycle
        #expect(throws: Lifecycle.Refusal.operationInProgress) { try story.request(.restart) }
        for verdict in story.verdicts.all {
            #expect(story.observe(.judged(verdict)) == "")
        }
        #expect(story.lifecycle == before)
    }
}
