import Supervisor
import Testing

@testable import API

/// Requests' JSON is read to the letter of RFC 8259.
struct JSONTextTests {
    @Test(arguments: [
        ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)),
        ("0", .integer(0)), ("-0", .integer(0)), ("-12", .integer(-12)),
        ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(0x1p63)),
        ("1.5", .number(1.5)), ("1e3", .number(1000)), ("-1.25E-2", .number(-0.0125)),
        (#""""#, .string("")), (#""a\"\\\/\b\f\n\r\tz""#, .string("a\"\\/\u{8}\u{c}\n\r\tz")),
        (#""\u00e9\u20AC""#, .string("é€")), (#""\ud83d\ude00""#, .string("😀")),
        (#""é€😀""#, .string("é€😀")), ("[]", .array([])), ("[ ]", .array([])),
        ("[1,[2]]", .array([.integer(1), .array([.integer(2)])])), ("{}", .object([:])),
        (#"{"a":1,"b":{"c":null}}"#, .object(["a": .integer(1), "b": .object(["c": .null])])),
    ])
    func `what is JSON is read`(text: String, value: JSONValue) throws {
        let read = try JSONText(Array(text.utf8))
        #expect(read.value == value)
        #expect(read.repeated == [])
    }

    @Test(arguments: [
        "", " ", "nul", "True", "tru", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "--1", "0x1",
        "NaN", "1e999", #"""#, #""a"#, "\"\u{1}\"", "\"\n\"", #""\x""#, #""\u12""#, #""\u12g4""#,
        #""\u+123""#, #""\ud83d""#, #""\ud83dx""#, #""\ud83d\u0041""#, #""\ude00""#, "[", "[1",
        "[1,]", "[,1]", "[1 2]", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, "{a:1}",
        #"{"a":1 "b":2}"#, "[1}", "1 2", "null,", "// x\n1", "'a'", "\u{FEFF}1",
    ])
    func `what is not is refused`(text: String) {
        #expect(throws: JSONTextError.self) { try JSONText(Array(text.utf8)) }
    }

    @Test(arguments: [[0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]])
    func `strings are UTF-8`(bytes: [UInt8]) {
        #expect(throws: JSONTextError(offset: 0, reason: "a string is not UTF-8")) {
            try JSONText(bytes)
        }
    }

    @Test func `members that are there twice are named, wherever they are`() throws {
        let text = #"{"a":1,"b":[{"x~/":1,"x~/":2}],"a":2,"c":{"a":1}}"#
        #expect(try JSONText(Array(text.utf8)).repeated == ["/b/0/x~0~1", "/a"])
    }

    @Test func `the depth is bounded`() throws {
        let fits = String(repeating: "[", count: 16) + String(repeating: "]", count: 16)
        _ = try JSONText(Array(fits.utf8))
        for deep in ["[" + fits + "]", String(repeating: "[", count: 60_000)] {
            #expect(throws: JSONTextError(offset: 16, reason: "it is nested deeper than 16 levels"))
            { try JSONText(Array(deep.utf8)) }
        }
    }
}
