import Testing

@testable import Supervisor

/// The rule table, rows 3 and 4, and the file that is not there.
struct NoPlanTests {
    static let rows: [JudgedCase] = [
        JudgedCase("no file", .none, "carryOn", .pending, .beforeHeight) { $0.file = .absent },
        JudgedCase("no file, no child", .none, "carryOn", .pending, .beforeHeight) {
            ($0.file, $0.child) = (.absent, .none)
        },
        JudgedCase(
            "seen while it is empty (#21086, #18073)", .incomplete, "watchClosely", .invalid,
            .unreadable
        ) { $0.file = .empty },
        JudgedCase(
            "half-written (#9384)", .incomplete, "watchClosely", .invalid, .unreadable
        ) { ($0.file, $0.incomplete) = (.broken, .milliseconds(1999)) },
        JudgedCase(
            "still empty after two seconds (regen-network/testnets#995)", .incomplete, "carryOn",
            .invalid, .unreadable
        ) { ($0.file, $0.incomplete) = (.empty, .seconds(2)) },
        JudgedCase(
            "broken for good, the node left alone (#10428)", .incomplete, "carryOn", .invalid,
            .unreadable
        ) { ($0.file, $0.incomplete) = (.broken, .seconds(3600)) },
        JudgedCase(
            "broken before the first launch", .incomplete, "carryOn", .invalid, .unreadable
        ) { ($0.file, $0.child) = (.broken, .none) },
        JudgedCase(
            "broken, the daemon had shown heights", .incomplete, "carryOn", .invalid, .unreadable
        ) { ($0.file, $0.child) = (.empty, .exited) },
        JudgedCase(
            "the daemon does not start on it", .broken, "repair(moveAside)", .invalid, .unreadable
        ) { ($0.file, $0.child, $0.fruitless) = (.empty, .exited, 1) },
        JudgedCase(
            "neither binary starts on it while the switch is unproven", .broken,
            "repair(restoreCopy)", .invalid, .unreadable
        ) {
            ($0.file, $0.child, $0.fruitless) = (.broken, .exited, 1)
            ($0.current, $0.dueAt, $0.hasCopy) = ("v2", 100, true)
        },
        JudgedCase(
            "mended before, broken again", .broken, "blocked(home_unreadable)", .invalid,
            .unreadable
        ) { ($0.file, $0.child, $0.fruitless, $0.repairs) = (.broken, .exited, 2, 1) },
        JudgedCase(
            "a pipe in its place", .broken, "carryOn", .invalid, .unreadable
        ) { $0.file = .unusable },
        JudgedCase(
            "a pipe, and the daemon ended once", .broken, "carryOn", .invalid, .unreadable
        ) { ($0.file, $0.child, $0.fruitless) = (.unusable, .exited, 1) },
        JudgedCase(
            "a pipe, and the daemon does not start on it", .broken, "blocked(home_unreadable)",
            .invalid, .unreadable
        ) { ($0.file, $0.child, $0.fruitless) = (.unusable, .exited, 2) },
    ]

    @Test(arguments: rows)
    func `a file that is no plan is looked at again, mended once, and never a switch`(
        row: JudgedCase
    ) throws {
        try row.check()
    }
}
