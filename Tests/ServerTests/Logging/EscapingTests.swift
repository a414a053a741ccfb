import Testing

@testable import Server

struct EscapingTests {
    @Test(arguments: [
        ("plain ümlaut 鏈", "plain ümlaut 鏈"), ("", ""), ("a\nb", "a\\u{a}b"),
        ("\r\n", "\\u{d}\\u{a}"), ("\u{1b}[31m", "\\u{1b}[31m"), ("\u{0}\u{7f}", "\\u{0}\\u{7f}"),
        ("\u{9b}", "\\u{9b}"), ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
        ("\u{202e}exe.txt", "\\u{202e}exe.txt"), ("\u{2066}\u{2069}", "\\u{2066}\\u{2069}"),
        ("\u{200e}\u{200f}\u{61c}", "\\u{200e}\\u{200f}\\u{61c}"),
    ])
    func `what could disturb a terminal or a log is shown as its number`(
        text: String, expected: String
    ) {
        #expect(escaped(text) == expected)
    }

    @Test(arguments: [
        ("a b", #""a b""#), (#"say "hi""#, #""say \"hi\"""#), (#"a\b"#, #""a\\b""#),
        ("a\nb", #""a\u{a}b""#), ("\"\u{301}", "\"\\\"\u{301}\""),
    ])
    func `a quoted text cannot end its quotes`(text: String, expected: String) {
        #expect(quoted(text) == expected)
    }
}
