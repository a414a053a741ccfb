import FoundationEssentials
import StageMessages
import Testing

struct StageFailureTests {
    @Test func `nothing in a failure controls a terminal, and it has an end`() {
        let failure = StageFailure(.status, "a\u{1b}[31m\u{202e}b\r\n\u{9b}ü\u{2028}")
        #expect(failure.detail == "a\\u{1b}[31m\\u{202e}b\\u{d}\\u{a}\\u{9b}ü\\u{2028}")
        let long = StageFailure(.status, String(repeating: "\u{1}a\u{301}", count: 500))
        #expect(long.detail.unicodeScalars.count <= 300 && long.detail.hasSuffix("…"))
        #expect(StageFailure(.status, String(repeating: "a", count: 300)).detail.hasSuffix("a"))
    }

    @Test func `nor does one that was read`() throws {
        let line = Data(#"{"kind":"status","detail":"\u001b[2J\u0000"}"#.utf8)
        let failure = try JSONDecoder().decode(StageFailure.self, from: line)
        #expect(failure == StageFailure(.status, "\u{1b}[2J\u{0}"))
        #expect(failure.detail == "\\u{1b}[2J\\u{0}")
    }
}
