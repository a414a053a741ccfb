import Testing

@testable import Supervisor

struct UpgradeStoryTests {
    /// A daemon that runs and is found to stand at its plan's height.
    private static func running(
        _ change: (inout Lifecycle.Policy) -> Void = { _ in }
    ) throws -> Story {
        var story = try Story(change)
        story.launch()
        return story
    }

    @Test func `a due plan stops the daemon, goes through its steps and starts the new binary`()
        throws
    {
        var story = try Self.running()
        #expect(story.observe(.judged(story.verdicts.watchClosely)) == "")
        #expect(story.observe(.judged(story.verdicts.due)) == "terminate")
        #expect(story.shape == "stopping then launch")
        #expect(story.observe(.exited(.code(0))) == "judge")
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
        story.goThroughSteps()
        #expect(story.observe(.stepDone(.switch)) == "judge")
        story.launch(story.verdicts.provisional)
        #expect(story.shape == "running provisional")
        #expect(story.observe(.verified) == "")
        #expect(story.shape == "running")
    }

    @Test(arguments: [Exit.code(0), .code(1), .code(2), .signal(6), .unknown])
    func `a daemon that ends by itself at the height is upgraded, whatever its code`(exit: Exit)
        throws
    {
        for policy in Lifecycle.Policy.Restart.allCases {
            var story = try Self.running { $0.restart = policy }
            #expect(story.observe(.exited(exit)) == "judge")
            #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
        }
    }

    @Test func `an upgrade that a crash cut off goes on before anything is started`() throws {
        var story = try Story()
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
        story.goThroughSteps()
    }

    @Test func `a due daemon whose new binary is missing is left running until it comes`() throws {
        var story = try Self.running()
        #expect(story.observe(.judged(story.verdicts.dueWithoutBinary)) == "")
        #expect(story.shape == "running awaiting")
        #expect(story.lifecycle.deadline == nil)
        #expect(story.observe(.judged(story.verdicts.due)) == "terminate")
        #expect(story.shape == "stopping then launch")
    }

    @Test func `what was awaited is forgotten when the plan is not due any more`() throws {
        var story = try Self.running()
        #expect(story.observe(.judged(story.verdicts.dueWithoutBinary)) == "")
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "")
        #expect(story.shape == "running")
    }

    @Test func `a due daemon that ends without its new binary is blocked until that comes`() throws
    {
        var story = try Self.running()
        #expect(story.observe(.judged(story.verdicts.dueWithoutBinary)) == "")
        #expect(story.observe(.exited(.code(2))) == "judge")
        #expect(story.observe(.judged(story.verdicts.dueWithoutBinary)) == "")
        #expect(story.lifecycle.phase == .blocked(.forBinary))
        for verdict in story.verdicts.all where verdict != story.verdicts.due {
            #expect(story.observe(.judged(verdict)) == "")
        }
        #expect(story.observe(.judged(story.verdicts.due)) == "judge")
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
    }

    @Test func `without a restart after the upgrade the supervisor ends with 0`() throws {
        var story = try Self.running { $0.restartsAfterUpgrade = false }
        #expect(story.observe(.exited(.code(2))) == "judge")
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
        story.goThroughSteps()
        #expect(story.observe(.stepDone(.switch)) == "end(0)")
        #expect(story.shape == "ended 0")
    }

    @Test(arguments: [UpgradeStep.acquire, .backup, .hooks, .preUpgrade, .switch])
    func `a failed step leaves the node stopped, and start begins anew`(step: UpgradeStep) throws {
        var story = try Self.upgrading(at: step)
        #expect(story.observe(.stepFailed(step, .sample)) == "")
        #expect(story.lifecycle.phase == .blocked(.sample))
        for verdict in story.verdicts.all {
            #expect(story.observe(.judged(verdict)) == "")
        }
        #expect(throws: Lifecycle.Refusal.blocked(.sample)) { try story.request(.restart) }
        #expect(try story.request(.start) == "liftHold judge")
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
    }

    @Test func `the next plan may be due before the last is verified`() throws {
        var story = try Story()
        story.launch(story.verdicts.provisional)
        #expect(story.observe(.judged(story.verdicts.due)) == "terminate")
        #expect(story.observe(.exited(.code(0))) == "judge")
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
    }

    @Test func `an adopted daemon is as provisional as the disk says`() throws {
        var story = try Story()
        #expect(story.observe(.adopted(pid: 9)) == "")
        #expect(story.observe(.judged(story.verdicts.provisional)) == "")
        #expect(story.shape == "running adopted provisional")
        #expect(story.observe(.verified) == "")
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "")
        #expect(story.shape == "running adopted")
    }

    @Test func `a daemon started on a mended file is as provisional as before`() throws {
        var story = try Story()
        var verdict = story.verdicts.repair
        verdict.provisional = story.plan
        #expect(story.observe(.judged(verdict)) == "repair")
        #expect(story.observe(.repaired) == "spawn")
        story.spawn()
        #expect(story.shape == "running provisional")
    }

    /// An upgrade that has come to the step.
    private static func upgrading(at step: UpgradeStep) throws -> Story {
        var story = try Story()
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
        for done in [UpgradeStep.acquire, .backup, .hooks, .preUpgrade] {
            if done == step { break }
            _ = story.observe(.stepDone(done))
        }
        #expect(story.shape == "upgrading (\(step.rawValue)) then launch")
        return story
    }
}
