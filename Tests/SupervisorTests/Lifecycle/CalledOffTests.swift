import Testing

@testable import Supervisor

/// A stop or a shutdown within an upgrade or a launch.
struct CalledOffTests {
    static let steps: [UpgradeStep] = [.acquire, .backup, .hooks, .preUpgrade, .switch]

    private static func upgrading(
        at step: UpgradeStep, _ change: (inout Lifecycle.Policy) -> Void = { _ in }
    ) throws -> Story {
        var story = try Story(change)
        story.lifecycle.phase = .upgrading(
            Lifecycle.Upgrade(plan: story.plan, step: step, next: .launch))
        return story
    }

    @Test(arguments: steps)
    func `a stop lets no further step begin, however this one ends`(step: UpgradeStep) throws {
        for end in Self.ends(of: step) {
            var story = try Self.upgrading(at: step)
            #expect(try story.request(.stop) == "cancelStep")
            #expect(story.shape == "upgrading (\(step.rawValue)) then idle")
            #expect(story.observe(end) == "")
            #expect(story.shape == "idle")
        }
    }

    @Test(arguments: steps)
    func `a shutdown ends with its code once the step has ended`(step: UpgradeStep) throws {
        for end in Self.ends(of: step) {
            var story = try Self.upgrading(at: step) { $0.restartsAfterUpgrade = false }
            #expect(try story.request(.shutdown(3)) == "cancelStep")
            #expect(story.shape == "upgrading (\(step.rawValue)) then end 3")
            #expect(try story.request(.shutdown(4)) == "cancelStep")
            #expect(try story.request(.stop) == "cancelStep")
            #expect(throws: Lifecycle.Refusal.shuttingDown) { try story.request(.start) }
            #expect(story.observe(end) == "end(3)")
            #expect(story.shape == "ended 3")
        }
    }

    @Test func `a switch that a stop found under way is finished`() throws {
        var story = try Self.upgrading(at: .switch)
        _ = try story.request(.stop)
        #expect(story.observe(.stepDone(.switch)) == "")
        #expect(story.shape == "idle")
        #expect(try story.request(.start) == "liftHold judge")
        story.launch(story.verdicts.provisional)
        #expect(story.shape == "running provisional")
    }

    @Test func `start after a stop has the cancelled step done anew`() throws {
        var story = try Self.upgrading(at: .backup)
        #expect(try story.request(.stop) == "cancelStep")
        #expect(try story.request(.start) == "liftHold")
        #expect(throws: Lifecycle.Refusal.operationInProgress) { try story.request(.restart) }
        #expect(story.observe(.stepCancelled(.backup)) == "judge")
        #expect(story.observe(.judged(story.verdicts.due)) == "step(acquire)")
    }

    @Test func `a stop while the disk is judged starts nothing`() throws {
        for verdict in try Story().verdicts.all {
            var story = try Story()
            #expect(try story.request(.stop) == "")
            #expect(story.observe(.judged(verdict)) == "")
            #expect(story.shape == "idle")
        }
    }

    @Test func `a shutdown while the disk is judged ends`() throws {
        var story = try Story()
        story.launch()
        #expect(story.observe(.exited(.signal(6))) == "judge")
        #expect(try story.request(.shutdown(nil)) == "")
        #expect(throws: Lifecycle.Refusal.shuttingDown) { try story.request(.start) }
        #expect(story.observe(.judged(story.verdicts.due)) == "end(134)")
    }

    @Test func `start takes back a stop that came while the disk is judged`() throws {
        var story = try Story()
        #expect(try story.request(.stop) == "")
        #expect(try story.request(.start) == "liftHold")
        story.launch()
    }

    @Test func `a daemon that was being started when the stop came gets TERM`() throws {
        var story = try Story()
        #expect(story.observe(.judged(story.verdicts.carryOn)) == "spawn")
        #expect(try story.request(.stop) == "")
        #expect(story.observe(.spawned(pid: 4)) == "terminate")
        #expect(story.shape == "stopping then idle")
    }

    @Test func `a start that fails after the stop is nobody's business`() throws {
        for retry in [true, false] {
            var story = try Story()
            #expect(story.observe(.judged(story.verdicts.carryOn)) == "spawn")
            #expect(try story.request(.stop) == "")
            #expect(story.observe(.spawnFailed(.sample, retry: retry)) == "")
            #expect(story.shape == "idle")
        }
    }

    @Test func `a stop while the plan file is mended starts nothing`() throws {
        for end in [Lifecycle.Observation.repaired, .repairFailed(.sample)] {
            var story = try Story()
            #expect(story.observe(.judged(story.verdicts.repair)) == "repair")
            #expect(try story.request(.stop) == "")
            #expect(story.observe(end) == "")
            #expect(story.shape == "idle")
        }
    }

    private static func ends(of step: UpgradeStep) -> [Lifecycle.Observation] {
        [.stepDone(step), .stepFailed(step, .sample), .stepCancelled(step)]
    }
}
