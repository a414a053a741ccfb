import Testing

@testable import Supervisor

/// Rows 14, 15 and 19 to 21 of the rule table: plans by height.
struct HeightPlanTests {
    private static let alive = [
        HeightCase("it stands with the block stored, as it says itself", .heightExact, "due") {
            $0.child = .alive
            ($0.stored, $0.applied, $0.served) = (100, 99, 100)
        },
        HeightCase("0.50.9 stands with the next block stored", .heightExact, "due") {
            $0.child = .alive
            $0.style = .beforeNext
            ($0.stored, $0.applied, $0.served) = (100, 99, 99)
        },
        HeightCase("it may still execute the block", .heightAhead, "carryOn") {
            $0.child = .alive
            ($0.stored, $0.applied, $0.stalled) = (100, 99, .seconds(1))
        },
        HeightCase("it has stood for long enough", .heightExact, "due") {
            $0.child = .alive
            ($0.stored, $0.applied, $0.stalled) = (100, 99, .seconds(2))
        },
        HeightCase("without RPC, its log silent at the block", .heightExact, "due") {
            $0.child = .alive
            ($0.wal, $0.quiet) = (100, .seconds(5))
        },
        HeightCase("without RPC, a log of former data", .heightAhead, "carryOn") {
            $0.child = .alive
            ($0.wal, $0.quiet, $0.isLogOfThisRun) = (100, .seconds(5), false)
        },
        HeightCase("it stands there and was never told to halt", .heightAhead, "carryOn") {
            $0.child = .alive
            ($0.stored, $0.applied, $0.stalled, $0.halt) = (100, 99, .seconds(60), 0)
        },
        HeightCase("its halt is where the operator's flag has it", .heightAhead, "carryOn") {
            $0.child = .alive
            ($0.halt, $0.source, $0.stored, $0.applied) = (50, .flag, 50, 49)
            $0.stalled = .seconds(60)
        },
        HeightCase("a fork of 0.47 that halts as 0.53 does", .heightEarly, "restart") {
            $0.child = .alive
            $0.style = .afterCommit
            ($0.stored, $0.applied, $0.stalled) = (99, 98, .seconds(10))
        },
        HeightCase("a slow block below is no early halt", .heightAhead, "carryOn") {
            $0.child = .alive
            ($0.stored, $0.applied, $0.stalled) = (90, 89, .seconds(60))
        },
        HeightCase("0.47 on its way out is waited for", .heightAhead, "carryOn") {
            $0.child = .alive
            $0.style = .afterCommit
            ($0.stored, $0.applied) = (99, 99)
        },
        HeightCase("watched, where nothing else can be", .heightExact, "due") {
            $0.child = .alive
            ($0.halt, $0.watches, $0.stored, $0.applied) = (0, true, 99, 99)
        },
        HeightCase("not watched unless that is asked for", .heightAhead, "carryOn") {
            $0.child = .alive
            ($0.halt, $0.stored, $0.applied) = (0, 99, 99)
        },
        HeightCase("passed by a daemon that runs on", .heightMissed, "carryOn") {
            $0.child = .alive
            ($0.halt, $0.stored, $0.applied) = (0, 101, 100)
        },
        HeightCase(
            "halted, and its binary is missing", .heightExact, "dueWithoutBinary(binary_rejected)"
        ) {
            $0.child = .alive
            ($0.stored, $0.applied, $0.served, $0.binary) = (100, 99, 100, .absent)
        },
        HeightCase("0.47 goes too far, on its way out", .heightUnjudged, "carryOn") {
            $0.child = .alive
            $0.style = .afterCommit
            ($0.stored, $0.applied) = (101, 101)
        },
        HeightCase("the SDK's version is unknown", .heightAhead, "carryOn") {
            $0.child = .alive
            $0.style = nil
            ($0.stored, $0.applied, $0.stalled) = (100, 99, .seconds(60))
        },
    ]

    private static let ended = [
        HeightCase("it ended with the block stored", .heightExact, "due") {
            ($0.stored, $0.applied) = (100, 99)
        },
        HeightCase("its last word was of the block before", .heightExact, "due") {
            ($0.stored, $0.applied) = (99, 99)
        },
        HeightCase("its log ends at the block", .heightExact, "due") { $0.wal = 100 },
        HeightCase("the log of former data ends at the block", .heightAhead, "carryOn") {
            ($0.wal, $0.isLogOfThisRun) = (100, false)
        },
        HeightCase("started at the height it ends in the replay", .heightExact, "due") {
            ($0.wal, $0.isLogOfThisRun, $0.fruitless) = (100, false, 1)
            $0.end = .byItself(isSuccess: false)
        },
        HeightCase("it was stopped below", .heightAhead, "carryOn") {
            ($0.stored, $0.applied, $0.wal) = (90, 90, 90)
        },
        HeightCase("no height is known", .heightAhead, "carryOn") { _ in },
        HeightCase("0.47 ended by itself, its log before the block", .heightExact, "due") {
            $0.style = .afterCommit
            ($0.wal, $0.end) = (99, .byItself(isSuccess: true))
        },
        HeightCase("0.47, its log and its last word agree", .heightExact, "due") {
            $0.style = .afterCommit
            ($0.wal, $0.applied, $0.stored) = (99, 99, 99)
        },
        HeightCase("0.47 was ended by us at that block", .heightUnproven, "blocked(height_missed)")
        {
            $0.style = .afterCommit
            ($0.wal, $0.applied, $0.stored) = (99, 98, 98)
        },
        HeightCase("0.47 has stored the plan's block", .heightUnproven, "blocked(height_missed)") {
            $0.style = .afterCommit
            ($0.wal, $0.end) = (100, .byItself(isSuccess: true))
        },
        HeightCase("0.47 has overshot", .heightMissed, "blocked(height_missed)") {
            $0.style = .afterCommit
            ($0.wal, $0.end) = (103, .byItself(isSuccess: true))
        },
        HeightCase("0.47 ended while it caught up", .heightUnproven, "blocked(height_missed)") {
            $0.style = .afterCommit
            ($0.applied, $0.stored, $0.isLogOfThisRun) = (60, 60, false)
            $0.end = .byItself(isSuccess: true)
        },
        HeightCase("0.47 stood there when it was asked last", .heightExact, "due") {
            $0.style = .afterCommit
            ($0.applied, $0.stored, $0.isLogOfThisRun) = (99, 99, false)
            ($0.end, $0.stalled) = (.byItself(isSuccess: true), .milliseconds(250))
        },
        HeightCase("0.47 was stopped by somebody, far below", .heightAhead, "carryOn") {
            $0.style = .afterCommit
            ($0.wal, $0.end) = (50, .byItself(isSuccess: true))
        },
        HeightCase("0.47 crashed while it caught up", .heightAhead, "carryOn") {
            $0.style = .afterCommit
            ($0.applied, $0.stored, $0.isLogOfThisRun) = (60, 60, false)
            $0.end = .byItself(isSuccess: false)
        },
        HeightCase("passed before it was started", .heightMissed, "carryOn") {
            ($0.applied, $0.stored, $0.heightAtStart) = (500, 501, 500)
        },
        HeightCase("watched, and ended in time", .heightExact, "due") {
            ($0.halt, $0.watches) = (0, true)
            ($0.stored, $0.applied, $0.wal) = (99, 99, 99)
        },
        HeightCase("watched, and ended too late to tell", .heightUnproven, "blocked(height_missed)")
        {
            ($0.halt, $0.watches) = (0, true)
            ($0.stored, $0.applied, $0.wal) = (99, 99, 100)
        },
        HeightCase("without a halt right before it: 0.50 may start", .heightAhead, "carryOn") {
            ($0.halt, $0.stored, $0.applied, $0.wal) = (0, 98, 98, 99)
        },
        HeightCase("0.47 may not", .heightUnproven, "blocked(height_missed)") {
            $0.style = .afterCommit
            ($0.halt, $0.stored, $0.applied, $0.wal) = (0, 98, 98, 99)
        },
        HeightCase("begun, and goes on", .resumed, "due") { ($0.dueAt, $0.wal) = (100, 99) },
        HeightCase("the chain's file of another plan later", .heightExact, "blocked(switch_failed)")
        {
            ($0.stored, $0.applied, $0.other) = (100, 99, ("v3", 100))
        },
        HeightCase("an old file of another plan", .heightExact, "due") {
            ($0.stored, $0.applied, $0.other) = (100, 99, ("v1", 50))
        },
    ]

    @Test(arguments: alive + ended)
    func `a plan by height is judged by its row`(_ row: HeightCase) throws {
        let verdict = try #require(PlanJudge(try row.facts).heightVerdict)
        #expect(verdict.row == row.row)
        #expect(verdict.ruling.shape == row.ruling)
        #expect(verdict.trigger == .height)
        #expect(verdict.plan?.height == HeightCase.height)
    }

    @Test func `what the chain asks for goes before a plan by height`() throws {
        var facts = try HeightCase("", .heightExact, "") {
            ($0.stored, $0.applied, $0.other) = (100, 99, ("v3", 100))
        }.facts
        facts.isFresh = true
        facts.binary = .present
        let verdict = PlanJudge(facts).verdict
        #expect(verdict.plan?.name.text == "v3")
        #expect(verdict.ruling == .due)
    }

    @Test func `a plan that was taken back does not leave its daemon halted`() throws {
        var facts = Facts(current: .genesis)
        facts.child = .alive
        facts.halt = HaltSetting(height: 100, source: .plan)
        (facts.stored, facts.applied, facts.stalledFor) = (100, 99, .seconds(10))
        #expect(PlanJudge(facts).verdict.ruling == .restart)
        facts.halt = HaltSetting(height: 100, source: .flag)
        #expect(PlanJudge(facts).verdict.ruling == .carryOn)
        // Up to 0.47 it has ended by itself, with 0.
        facts.halt = HaltSetting(height: 100, source: .plan)
        facts.child = .exited
        facts.end = .byItself(isSuccess: true)
        #expect(PlanJudge(facts).verdict.ruling == .launchAgain)
    }

    /// Whatever is known: the present binary may never be found past the height by a switch.
    @Test func `only the block before the height, applied and last, leads to a switch`() throws {
        let plan = try UpgradePlan.sample(at: 100)
        let heights: [Height?] = [nil, 98, 99, 100, 101]
        for style in HaltStyle.allCases {
            for (stored, applied) in heights.flatMap({ one in heights.map { (one, $0) } }) {
                for wal in heights {
                    for child in [Facts.ChildState.alive, .exited] {
                        var facts = Facts(current: .genesis)
                        facts.child = child
                        (facts.stored, facts.applied, facts.wal) = (stored, applied, wal)
                        (facts.walQuietFor, facts.stalledFor) = (.seconds(60), .seconds(60))
                        var next = HeightFacts(plan: plan, style: .success(style))
                        facts.halt = HaltSetting(height: style.setting(for: 100), source: .plan)
                        next.isLogOfThisRun = true
                        facts.end = .byItself(isSuccess: true)
                        next.binary = .present
                        facts.next = next
                        guard PlanJudge(facts).verdict.ruling == .due else { continue }
                        #expect((applied ?? 0) < 100, "\(facts)")
                        #expect((stored ?? 0) <= 100 && (wal ?? 0) <= 100, "\(facts)")
                        if style.endsDaemon, child == .exited { #expect(wal != 100, "\(facts)") }
                    }
                }
            }
        }
    }
}
