import Testing

@testable import Supervisor

struct PreUpgradeOutcomeTests {
    @Test(arguments: [
        (Exit.code(0), "", PreUpgradeOutcome.done),
        (.code(0), "unknown command", .done),
        (.code(1), "Error: unknown command \"pre-upgrade\" for \"simd\"", .noCommand),
        (.code(1), "Error: unknown flag: --home\nUsage: …", .noHomeFlag),
        (.code(1), "unknown command; unknown flag: --home", .noHomeFlag),
        (.code(1), "", .doubtful),
        (.code(1), "panic: nil pointer", .doubtful),
        (.code(30), "unknown command", .failed("it failed (exit code 30)")),
        (.code(31), "", .retry),
        (.code(2), "", .failed("it ended with exit code 2")),
        (.code(127), "", .failed("it ended with exit code 127")),
        (.signal(9), "unknown command", .failed("it was ended by signal 9")),
        (.unknown, "", .failed("its end is unknown")),
    ])
    func `the end of pre-upgrade means`(exit: Exit, output: String, outcome: PreUpgradeOutcome) {
        #expect(PreUpgradeOutcome(exit: exit, output: output) == outcome)
    }

    @Test func `a wait status is a code or a signal`() {
        #expect(Exit(status: 0) == .code(0))
        #expect(Exit(status: 7 << 8) == .code(7))
        #expect(Exit(status: 255 << 8) == .code(255))
        #expect(Exit(status: 9) == .signal(9))
        #expect(Exit(status: 6 | 0x80) == .signal(6), "with a core dump")
        #expect(Exit.signal(15).processCode == 143)
        #expect(Exit.unknown.processCode == 1)
        #expect(!Exit.unknown.isSuccess)
    }
}
