import Testing

@testable import Supervisor

/// A switch that somebody calls off.
struct CancelStoryTests {
    private static let steps: [UpgradeStep] = [.acquire, .backup, .hooks, .preUpgrade]

    private static func upgrading(at step: UpgradeStep) throws -> Story {
        var story = try Story()
        story.lifecycle.phase = .upgrading(
            Lifecycle.Upgrade(plan: story.plan, step: step, next: .launch))
        return story
    }

    @Test(arguments: steps)
    func `the old binary runs again when the plan is not due`(step: UpgradeStep) throws {
        for end in [
            Lifecycle.Observation.stepDone(step), .stepFailed(step, .sample), .stepCancelled(step),
        ] {
            var story = try Self.upgrading(at: step)
            #expect(try story.request(.cancel) == "cancelStep")
            #expect(story.observe(end) == "judge")
            #expect(story.observe(.judged(story.verdicts.carryOn)) == "spawn")
            #expect(story.observe(.spawned(pid: 4)) == "")
            #expect(story.shape == "running")
        }
    }

    @Test(arguments: steps)
    func `a due plan blocks, and start has it done after all`(step: UpgradeStep) throws {
        var story = try Self.upgrading(at: step)
        _ = try story.request(.cancel)
        #expect(story.observe(.stepCancelled(step)) == "judge")
        #expect(story.observe(.judged(story.verdicts.due)) == "")
        guard case .blocked(let block) = story.lifecycle.phase else {
            Issue.record("\(story.shape)")
            return
        }
        #expect(block.code == .switchFailed && block.waitsFor == nil)
        // The next look at the disk changes nothing.
        #expect(story.observe(.judged(story.verdicts.due)) == "")
        #expect(story.shape == "blocked")
        #expect(try story.request(.start) == "liftHold judge")
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
    }

    @Test func `a daemon that is being stopped for it still ends`() throws {
        var story = try Story()
        story.launch()
        #expect(story.observe(.judged(story.verdicts.due)) == "terminate")
        #expect(try story.request(.cancel) == "")
        #expect(story.shape == "stopping then unless due")
        #expect(story.observe(.exited(.code(0))) == "judge")
        #expect(story.observe(.judged(story.verdicts.due)) == "")
        #expect(story.shape == "blocked")
    }

    @Test func `from the switch on it is finished`() throws {
        var story = try Self.upgrading(at: .switch)
        #expect(throws: Lifecycle.Refusal.notCancellable) { try story.request(.cancel) }
        #expect(story.observe(.stepDone(.switch)) == "judge")
    }

    @Test func `a stop counts more than a cancel, whichever came first`() throws {
        var story = try Self.upgrading(at: .backup)
        _ = try story.request(.cancel)
        #expect(try story.request(.stop) == "cancelStep")
        #expect(throws: Lifecycle.Refusal.notCancellable) { try story.request(.cancel) }
        #expect(story.observe(.stepCancelled(.backup)) == "")
        #expect(story.shape == "idle")
    }
}
