import Testing

@testable import Supervisor

struct FailedStartTests {
    @Test func `a binary that cannot be run blocks`() throws {
        var story = try Story()
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "spawn")
        #expect(story.observe(.spawnFailed(.sample, retry: false)) == "")
        #expect(story.lifecycle.phase == .blocked(.sample))
        #expect(try story.request(.start) == "liftHold judge")
    }

    @Test func `a machine without room is asked again, ever more seldom`() throws {
        var story = try Story()
        for least in [1.0, 1, 1.8, 3.6, 7.2, 14.4, 28.8, 54, 54] {
            #expect(story.observe(.judged(story.verdicts.carryOn)) == "spawn")
            #expect(story.observe(.spawnFailed(.sample, retry: true)) == "")
            #expect(story.shape == "backing off")
            let wait = try story.passToDeadline()
            #expect(wait >= .seconds(least))
            #expect(wait <= .seconds(max(least, 1) * 11 / 9))
            #expect(story.observe(.tick) == "judge")
        }
    }

    @Test func `a new binary that ends 5 times before its first block blocks`() throws {
        var story = try Story()
        for count in 1...5 {
            story.launch(story.verdicts.provisional)
            // Long migrations condemn no binary, and reset no count either.
            story.pass(.seconds(3600))
            #expect(story.observe(.exited(.code(2))) == "judge")
            if count == 5 { break }
        }
        #expect(story.observe(.judged(story.verdicts.provisional)) == "")
        #expect(story.lifecycle.phase == .blocked(.newBinaryFails(story.plan)))
    }

    @Test func `a block of the new binary forgives its ends`() throws {
        var story = try Story()
        for _ in 1...4 {
            story.launch(story.verdicts.provisional)
            story.pass(.seconds(60))
            #expect(story.observe(.exited(.code(2))) == "judge")
        }
        story.launch(story.verdicts.provisional)
        #expect(story.observe(.verified) == "")
        for _ in 1...6 {
            story.pass(.seconds(60))
            #expect(story.observe(.exited(.code(2))) == "judge")
            story.launch()
        }
    }

    @Test func `a block of the new binary forgives its ends, whatever a late verdict says`() throws
    {
        var story = try Story()
        for _ in 1...4 {
            story.launch(story.verdicts.provisional)
            story.pass(.seconds(60))
            #expect(story.observe(.exited(.code(2))) == "judge")
        }
        story.launch(story.verdicts.provisional)
        #expect(story.observe(.verified) == "")
        #expect(story.observe(.judged(story.verdicts.provisional)) == "")
        story.pass(.seconds(60))
        #expect(story.observe(.exited(.code(2))) == "judge")
        #expect(story.observe(.judged(story.verdicts.provisional)) == "spawn")
    }

    @Test func `ends of a proven binary do not count against the next`() throws {
        var story = try Story()
        for _ in 1...6 {
            story.launch()
            story.pass(.seconds(60))
            #expect(story.observe(.exited(.code(2))) == "judge")
        }
        story.launch(story.verdicts.provisional)
        story.pass(.seconds(60))
        #expect(story.observe(.exited(.code(2))) == "judge")
        #expect(story.observe(.judged(story.verdicts.provisional)) == "spawn")
    }

    @Test func `the count of a new binary's ends outlives its backoff`() throws {
        var story = try Story()
        story.launch(story.verdicts.provisional)
        for count in 1...5 {
            #expect(story.observe(.exited(.code(2))) == "judge")
            if count == 5 { break }
            if story.observe(.judged(story.verdicts.provisional)).isEmpty {
                _ = try story.passToDeadline()
                #expect(story.observe(.tick) == "judge")
                #expect(story.observe(.judged(story.verdicts.provisional)) == "spawn")
            }
            story.spawn()
        }
        #expect(story.observe(.judged(story.verdicts.provisional)) == "")
        #expect(story.shape == "blocked")
    }

    @Test func `a proven binary may end as often as it likes`() throws {
        var story = try Story()
        story.launch()
        for _ in 1...20 {
            story.pass(.seconds(60))
            #expect(story.observe(.exited(.code(2))) == "judge")
            story.launch()
        }
        #expect(story.shape == "running")
    }

    @Test func `an adopted new binary's end counts as well`() throws {
        var story = try Story()
        #expect(story.observe(.adopted(pid: 9)) == "")
        #expect(story.observe(.judged(story.verdicts.provisional)) == "")
        for count in 1...5 {
            story.pass(.seconds(60))
            #expect(story.observe(.exited(.unknown)) == "judge")
            if count < 5 { story.launch(story.verdicts.provisional) }
        }
        #expect(story.observe(.judged(story.verdicts.provisional)) == "")
        #expect(story.lifecycle.phase == .blocked(.newBinaryFails(story.plan)))
    }
}
