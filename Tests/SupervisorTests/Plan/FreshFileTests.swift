import Testing

@testable import Supervisor

/// The rule table, rows 1, 2 and 6 to 12: the daemon wrote the file during this run of it.
struct FreshFileTests {
    static let rows: [JudgedCase] = [
        JudgedCase(
            "halted in consensus, H stored and not applied (terra-money/core#334)", .halted, "due",
            .due, .fileWritten
        ) { ($0.stored, $0.applied) = (100, 99) },
        JudgedCase(
            "no status command, no RPC: cs.wal at H and silent (story#123, #20464)", .halted,
            "due", .due, .fileWritten
        ) { ($0.wal, $0.quiet) = (100, .seconds(5)) },
        JudgedCase(
            "cs.wal at H and still growing: the halt closes it", .unknown, "watchClosely",
            .pending, .atHeight
        ) { ($0.wal, $0.quiet) = (100, .milliseconds(4999)) },
        JudgedCase(
            "H stored, the application not asked yet", .unknown, "watchClosely", .pending,
            .atHeight
        ) { $0.stored = 100 },
        JudgedCase(
            "H stored, the application far behind: it replays", .unknown, "watchClosely",
            .pending, .atHeight
        ) { ($0.stored, $0.applied) = (100, 98) },
        JudgedCase(
            "due, and its binary is not there (#12313)", .halted,
            "dueWithoutBinary(binary_rejected)", .due, .fileWritten
        ) { ($0.stored, $0.applied, $0.binary) = (100, 99, .absent) },
        JudgedCase(
            "due, and its binary cannot be run (#17311)", .halted,
            "dueWithoutBinary(binary_rejected)", .due, .fileWritten
        ) { ($0.stored, $0.applied, $0.binary) = (100, 99, .unusable("it is empty")) },
        JudgedCase(
            "put there by hand after H was applied", .passedByHand, "carryOn", .stale,
            .heightPassed
        ) { ($0.stored, $0.applied) = (100, 100) },
        JudgedCase(
            "put there by hand long after H (#26091)", .passedByHand, "carryOn", .stale,
            .heightPassed
        ) { $0.stored = 5000 },
        JudgedCase(
            "put there by hand after H, the daemon ended since", .stale, "carryOn", .stale,
            .heightPassed
        ) { ($0.child, $0.stored) = (.exited, 101) },
        JudgedCase(
            "a node that exits at the upgrade never upgrades (#22731, #25097)", .exited, "due",
            .due, .daemonExited
        ) { ($0.child, $0.stored, $0.applied) = (.exited, 100, 99) },
        JudgedCase(
            "restarted at the height: replay, no RPC, exit (#23676)", .exited, "due", .due,
            .daemonExited
        ) { ($0.child, $0.wal) = (.exited, 100) },
        JudgedCase(
            "optimistic execution, ended before H was decided", .exited, "due", .due,
            .daemonExited
        ) { ($0.child, $0.stored) = (.exited, 99) },
        JudgedCase(
            "block sync outran the poll", .unproven, "launchAgain", .pending, .daemonExited
        ) { ($0.child, $0.stored) = (.exited, 60) },
        JudgedCase(
            "height unavailable when the node is dead (#23720)", .unproven, "launchAgain",
            .pending, .daemonExited
        ) { $0.child = .exited },
        JudgedCase(
            "started once more and the file written again (#23720)", .exited, "due", .due,
            .daemonExited
        ) { ($0.child, $0.provingAt) = (.exited, 100) },
        JudgedCase(
            "block sync beside the log of other data", .unproven, "launchAgain", .pending,
            .daemonExited
        ) { ($0.child, $0.wal, $0.isLogOfThisRun) = (.exited, 5000, false) },
        JudgedCase(
            "the same, where RPC told the height before", .exited, "due", .due, .daemonExited
        ) {
            ($0.child, $0.stored, $0.applied) = (.exited, 99, 99)
            ($0.wal, $0.isLogOfThisRun) = (5000, false)
        },
        JudgedCase(
            "the same, and it lives", .unknown, "watchClosely", .pending, .heightUnknown
        ) { ($0.wal, $0.isLogOfThisRun) = (5000, false) },
        JudgedCase(
            "a log that the replay leaves as it is", .exited, "due", .due, .daemonExited
        ) { ($0.child, $0.wal, $0.isLogOfThisRun) = (.exited, 100, false) },
        JudgedCase(
            "the proof was of another height", .unproven, "launchAgain", .pending, .daemonExited
        ) { ($0.child, $0.provingAt) = (.exited, 200) },
        JudgedCase(
            "the proof was of another plan", .unproven, "launchAgain", .pending, .daemonExited
        ) { ($0.child, $0.provingAt, $0.provingName) = (.exited, 100, "v1") },
        JudgedCase(
            "the log is ahead of the RPC", .halted, "due", .due, .fileWritten
        ) { ($0.stored, $0.wal, $0.quiet) = (99, 100, .seconds(5)) },
        JudgedCase(
            "the log is far behind the RPC, as in block sync", .halted, "due", .due, .fileWritten
        ) { ($0.stored, $0.applied, $0.wal) = (100, 99, 50) },
        JudgedCase(
            "optimistic execution: H is not decided yet", .imminent, "watchClosely", .pending,
            .fileWritten
        ) { ($0.stored, $0.applied) = (99, 99) },
        JudgedCase(
            "--upgrade-height switches immediately (#19227)", .scheduled, "carryOn", .pending,
            .beforeHeight
        ) { ($0.stored, $0.applied) = (50, 50) },
        JudgedCase(
            "the same two blocks before H (#19227)", .scheduled, "carryOn", .pending,
            .beforeHeight
        ) { ($0.stored, $0.applied) = (98, 98) },
        JudgedCase(
            "neither RPC nor log tells a height (#20464)", .unknown, "watchClosely", .pending,
            .heightUnknown
        ) { $0.quiet = nil },
        JudgedCase(
            "a daemon that is no chain: its word", .noHeightSource, "due", .due, .fileWritten
        ) { $0.isComet = false },
        JudgedCase(
            "a daemon that is no chain and has ended", .noHeightSource, "due", .due, .fileWritten
        ) { ($0.isComet, $0.child) = (false, .exited) },
        JudgedCase(
            "not CometBFT's folders, but an RPC that tells", .scheduled, "carryOn", .pending,
            .beforeHeight
        ) { ($0.isComet, $0.stored) = (false, 50) },
        JudgedCase(
            "upgrades/v2 holds the old binary (#12380, haqq#241)", .wrongBinary,
            "blocked(binary_rejected)", .blocked, .contradictory
        ) { ($0.current, $0.stored, $0.applied) = ("v2", 100, 99) },
        JudgedCase(
            "the same, and it ended", .wrongBinary, "blocked(binary_rejected)", .blocked,
            .contradictory
        ) { ($0.current, $0.child) = ("v2", .exited) },
        JudgedCase(
            "a file that no daemon can have written, before the first start", .applied, "carryOn",
            .provisional, .verified
        ) { ($0.current, $0.child, $0.isRefused, $0.dueAt) = ("v2", .none, true, 100) },
        JudgedCase(
            "a fork that writes its heights as text", .wrongBinary, "blocked(binary_rejected)",
            .blocked, .contradictory
        ) { ($0.current, $0.isRefused, $0.stored, $0.applied) = ("v2", true, 100, 99) },
        JudgedCase(
            "chown -R made the file of an applied plan look new (omni#2313)", .applied, "carryOn",
            .applied, .verified
        ) { ($0.current, $0.stored, $0.applied) = ("v2", 500, 500) },
        JudgedCase(
            "held by an operator, though halted at H", .held, "carryOn", .cancelled,
            .cancelledByOperator
        ) { ($0.heldAt, $0.stored, $0.applied) = (100, 100, 99) },
        JudgedCase(
            "the hold is for another height", .halted, "due", .due, .fileWritten
        ) { ($0.heldAt, $0.stored, $0.applied) = (200, 100, 99) },
        JudgedCase(
            "a hold beats our own record", .held, "carryOn", .cancelled, .cancelledByOperator
        ) { ($0.heldAt, $0.dueAt, $0.child) = (100, 100, .exited) },
        JudgedCase(
            "told to skip H, but the daemon wrote the file all the same", .halted, "due", .due,
            .fileWritten
        ) { ($0.skipped, $0.stored, $0.applied) = ([100], 100, 99) },
        JudgedCase(
            "told anew to skip H, after the daemon halted there and ended", .skipped, "carryOn",
            .stale, .skipHeight
        ) {
            ($0.child, $0.stored, $0.applied) = (.exited, 100, 99)
            ($0.skipped, $0.hasNewArguments) = ([100], true)
        },
        JudgedCase(
            "a daemon told to skip that halts all the same", .halted, "due", .due, .fileWritten
        ) { ($0.skipped, $0.hasNewArguments, $0.stored, $0.applied) = ([100], true, 100, 99) },
    ].map { row in
        var row = row
        row.fresh = true
        return row
    }

    @Test(arguments: rows)
    func `a file that the daemon wrote is judged by the height it stands at`(row: JudgedCase)
        throws
    {
        try row.check()
    }
}

extension JudgedCase {
    func check() throws {
        let verdict = PlanJudge(try facts).verdict
        #expect(verdict.row == row)
        #expect(verdict.ruling.shape == ruling)
        #expect(verdict.state == state)
        #expect(verdict.code == code)
        #expect(!verdict.reason.isEmpty)
        guard file == .plan, current != "broken" else { return }
        #expect(
            verdict.reason.contains("\(row == .unwritten ? chainPlan ?? 0 : Self.height)"),
            "\(verdict.reason)")
    }
}
