import Testing

@testable import Supervisor

/// Answers that come after what asked for them is over; the judge is asked from more than one place.
struct LateAnswerTests {
    @Test func `a second verdict does not start a second daemon`() throws {
        var story = try Story()
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "spawn")
        for verdict in story.verdicts.all {
            #expect(story.observe(.judged(verdict)) == "")
        }
        #expect(story.observe(.spawned(pid: 7)) == "")
        #expect(story.shape == "running")
    }

    @Test func `a late verdict does not lose sight of a daemon that is being started`() throws {
        var story = try Story()
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "spawn")
        #expect(try story.request(.stop) == "")
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "")
        #expect(story.observe(.spawned(pid: 7)) == "terminate")
        #expect(story.shape == "stopping then idle")
    }

    @Test func `a late verdict does not mend a file twice`() throws {
        var story = try Story()
        #expect(story.observe(.judged(story.verdicts.repair)) == "repair")
        #expect(story.observe(.judged(story.verdicts.repair)) == "")
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "")
        #expect(story.observe(.repaired) == "spawn")
        #expect(story.observe(.repaired) == "")
        #expect(story.observe(.repairFailed(.sample)) == "")
        story.spawn()
    }

    @Test func `the end of another step is not the end of this one`() throws {
        var story = try Story()
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
        #expect(story.observe(.stepDone(.backup)) == "")
        #expect(story.observe(.stepFailed(.backup, .sample)) == "")
        #expect(story.observe(.stepCancelled(.backup)) == "")
        #expect(story.shape == "upgrading (acquire) then launch")
    }

    @Test func `a step that ends late blocks no launch`() throws {
        var story = try Story()
        #expect(story.observe(.stepFailed(.backup, .sample)) == "")
        #expect(story.observe(.repairFailed(.sample)) == "")
        story.launch()
        #expect(story.shape == "running")
    }
}
