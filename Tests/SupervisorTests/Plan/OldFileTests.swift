import Testing

@testable import Supervisor

/// The rule table, rows 2, 5 and 13 to 18: the file was there, just so, before this child began.
struct OldFileTests {
    static let rows: [JudgedCase] = [
        JudgedCase(
            "an upgrade that our own end cut off (#9414)", .resumed, "due", .due, .fileWritten
        ) { ($0.dueAt, $0.child) = (100, .none) },
        JudgedCase(
            "the same, and its binary has gone", .resumed, "dueWithoutBinary(binary_rejected)",
            .due, .fileWritten
        ) { ($0.dueAt, $0.child, $0.binary) = (100, .none, .absent) },
        JudgedCase(
            "our record is of another height", .pending, "carryOn", .pending, .heightUnknown
        ) { ($0.dueAt, $0.child) = (90, .none) },
        JudgedCase(
            "our record, but the old binary went on past H", .stale, "carryOn", .stale,
            .heightPassed
        ) { ($0.dueAt, $0.stored, $0.applied) = (100, 130, 130) },
        JudgedCase(
            "our record, and the switch is made", .applied, "carryOn", .provisional, .verified
        ) { ($0.dueAt, $0.child, $0.current) = (100, .none, "v2") },
        JudgedCase(
            "the plan file is not writable (#11952)", .unwritten, "blocked(home_unreadable)",
            .blocked, .atHeight
        ) {
            $0.file = .absent
            ($0.chainPlan, $0.stored, $0.applied, $0.stalled) = (100, 100, 99, .seconds(10))
        },
        JudgedCase(
            "the same, with the file of the plan that runs (#11952)", .unwritten,
            "blocked(home_unreadable)", .blocked, .atHeight
        ) {
            ($0.current, $0.chainPlan, $0.chainPlanName) = ("v2", 500, "v3")
            ($0.stored, $0.applied, $0.stalled) = (500, 499, .seconds(10))
        },
        JudgedCase(
            "the same, with a file whose height is long past (#11952)", .unwritten,
            "blocked(home_unreadable)", .blocked, .atHeight
        ) {
            ($0.current, $0.chainPlan, $0.chainPlanName) = ("v1", 500, "v3")
            ($0.stored, $0.applied, $0.stalled) = (500, 499, .seconds(10))
        },
        JudgedCase(
            "the same, with the very plan put there in advance (#11952)", .unwritten,
            "blocked(home_unreadable)", .blocked, .atHeight
        ) { ($0.chainPlan, $0.stored, $0.applied, $0.stalled) = (100, 100, 99, .seconds(10)) },
        JudgedCase(
            "the daemon ended, so that its restart will show", .ahead, "carryOn", .pending,
            .beforeHeight
        ) {
            ($0.child, $0.chainPlan) = (.exited, 100)
            ($0.stored, $0.applied, $0.stalled) = (100, 99, .seconds(10))
        },
        JudgedCase(
            "the chain stands below the height, for want of votes", .ahead, "carryOn", .pending,
            .beforeHeight
        ) { ($0.chainPlan, $0.stored, $0.applied, $0.stalled) = (100, 99, 99, .seconds(3600)) },
        JudgedCase(
            "the chain stands, the application not asked", .ahead, "carryOn", .pending,
            .beforeHeight
        ) { ($0.chainPlan, $0.stored, $0.stalled) = (100, 100, .seconds(3600)) },
        JudgedCase(
            "a lie about the chain's plan", .ahead, "carryOn", .pending, .beforeHeight
        ) { ($0.chainPlan, $0.stored, $0.applied, $0.stalled) = (.min, 50, 50, .seconds(10)) },
        JudgedCase(
            "the new binary migrates at H in consensus, its RPC up", .applied, "carryOn",
            .provisional, .verified
        ) {
            ($0.current, $0.dueAt, $0.chainPlan) = ("v2", 100, 100)
            ($0.stored, $0.applied, $0.stalled) = (100, 99, .seconds(600))
        },
        JudgedCase(
            "the same, and the file was taken away", .none, "carryOn", .pending, .beforeHeight
        ) {
            ($0.file, $0.current, $0.chainPlan) = (.absent, "v2", 100)
            ($0.stored, $0.applied, $0.stalled) = (100, 99, .seconds(600))
        },
        JudgedCase(
            "no progress yet for ten seconds", .ahead, "carryOn", .pending, .beforeHeight
        ) {
            ($0.chainPlan, $0.stored, $0.applied) = (100, 100, 99)
            $0.stalled = .milliseconds(9999)
        },
        JudgedCase(
            "restart before the height switches at once (#22167, #22528)", .pending, "carryOn",
            .pending, .heightUnknown
        ) { $0.child = .none },
        JudgedCase(
            "the same, with a height known from the log", .pending, "carryOn", .pending,
            .beforeHeight
        ) { ($0.child, $0.wal) = (.none, 50) },
        JudgedCase(
            "at the height after a restart of ours: the old binary shows it (#23676)", .pending,
            "carryOn", .pending, .beforeHeight
        ) { ($0.child, $0.wal) = (.none, 100) },
        JudgedCase(
            "restarted every time, never due by its name (omni#2313)", .ahead, "carryOn",
            .pending, .beforeHeight
        ) { ($0.child, $0.stored) = (.exited, 50) },
        JudgedCase(
            "on its way to H (#22167)", .ahead, "carryOn", .pending, .beforeHeight
        ) { ($0.stored, $0.applied) = (99, 99) },
        JudgedCase(
            "on its way, no height told", .ahead, "carryOn", .pending, .heightUnknown
        ) { $0.stored = nil },
        JudgedCase(
            "a height as text, on which no binary starts", .broken, "repair(moveAside)", .invalid,
            .unreadable
        ) { ($0.isRefused, $0.child, $0.fruitless) = (true, .exited, 1) },
        JudgedCase(
            "a height as text, and the daemon started", .ahead, "carryOn", .pending,
            .heightUnknown
        ) { ($0.isRefused, $0.child) = (true, .exited) },
        JudgedCase(
            "a height as text, mended once", .ahead, "carryOn", .pending, .heightUnknown
        ) { ($0.isRefused, $0.child, $0.fruitless, $0.repairs) = (true, .exited, 1, 1) },
        JudgedCase(
            "the height of what runs as text, on which it does not start", .broken,
            "repair(moveAside)", .invalid, .unreadable
        ) { ($0.current, $0.isRefused, $0.child, $0.fruitless) = ("v2", true, .exited, 1) },
        JudgedCase(
            "the same while the switch is unproven", .broken, "repair(restoreCopy)", .invalid,
            .unreadable
        ) {
            ($0.current, $0.isRefused, $0.child, $0.fruitless) = ("v2", true, .exited, 1)
            ($0.dueAt, $0.hasCopy) = (100, true)
        },
        JudgedCase(
            "a cancelled plan leaves its file (story#757)", .stale, "carryOn", .stale,
            .heightPassed
        ) { ($0.stored, $0.applied) = (100, 100) },
        JudgedCase(
            "the same before the first launch (story#757)", .stale, "carryOn", .stale,
            .heightPassed
        ) { ($0.child, $0.wal) = (.none, 101) },
        JudgedCase(
            "never switch because a height is higher", .stale, "carryOn", .stale, .heightPassed
        ) { $0.stored = 1_000_000 },
        JudgedCase(
            "a snapshot under the genesis link (#23947, #23720)", .mismatch,
            "blocked(start_failed)", .blocked, .contradictory
        ) { ($0.child, $0.fruitless) = (.exited, 2) },
        JudgedCase(
            "the same after one end", .ahead, "carryOn", .pending, .heightUnknown
        ) { ($0.child, $0.fruitless) = (.exited, 1) },
        JudgedCase(
            "a daemon that had shown heights before", .ahead, "carryOn", .pending, .heightUnknown
        ) { ($0.child, $0.fruitless, $0.hasShownHeight) = (.exited, 2, true) },
        JudgedCase(
            "two ends of a daemon that is alive again", .ahead, "carryOn", .pending,
            .heightUnknown
        ) { $0.fruitless = 2 },
        JudgedCase(
            "the same without a binary to switch to", .ahead, "carryOn", .pending, .heightUnknown
        ) { ($0.child, $0.fruitless, $0.binary) = (.exited, 2, .absent) },
        JudgedCase(
            "--unsafe-skip-upgrades, and the file is old", .skipped, "carryOn", .stale,
            .skipHeight
        ) { ($0.skipped, $0.stored, $0.applied) = ([100], 50, 50) },
        JudgedCase(
            "told anew to skip what the last daemon halted for", .skipped, "carryOn", .stale,
            .skipHeight
        ) {
            ($0.dueAt, $0.child, $0.skipped, $0.hasNewArguments) = (100, .exited, [100], true)
        },
        JudgedCase(
            "told to skip as before: our record counts", .resumed, "due", .due, .fileWritten
        ) { ($0.dueAt, $0.child, $0.skipped) = (100, .exited, [100]) },
        JudgedCase(
            "told anew to skip, and the switch is made", .applied, "carryOn", .applied, .verified
        ) {
            ($0.current, $0.child, $0.skipped, $0.hasNewArguments) = ("v2", .none, [100], true)
        },
        JudgedCase(
            "skipped and passed since (story#757)", .stale, "carryOn", .stale, .heightPassed
        ) { ($0.skipped, $0.stored, $0.applied) = ([100], 130, 130) },
        JudgedCase(
            "another height is skipped", .ahead, "carryOn", .pending, .beforeHeight
        ) { ($0.skipped, $0.stored) = ([99, 101], 50) },
        JudgedCase(
            "what runs, years later (omni#2313, #9413)", .applied, "carryOn", .applied, .verified
        ) { ($0.current, $0.stored, $0.applied) = ("v2", 5000, 5000) },
        JudgedCase(
            "what runs, before the first launch (omni#2313)", .applied, "carryOn", .applied,
            .verified
        ) { ($0.current, $0.child) = ("v2", .none) },
        JudgedCase(
            "held, and the file is old", .held, "carryOn", .cancelled, .cancelledByOperator
        ) { ($0.heldAt, $0.child) = (100, .none) },
        JudgedCase(
            "the link is broken", .link, "blocked(backup_failed)", .blocked, .beforeHeight
        ) { $0.current = "broken" },
    ]

    @Test(arguments: rows)
    func `an old file is never a reason to switch by itself`(row: JudgedCase) throws {
        try row.check()
    }
}
