import Testing

@testable import Server

struct TOMLDocumentTests {
    private func entries(_ text: String) throws(TOMLError) -> [TOMLDocument.Entry] {
        try TOMLDocument(Array(text.utf8)).entries
    }

    private func error(_ text: String) throws -> TOMLError {
        try #require(throws: TOMLError.self) { try entries(text) }
    }

    @Test func `each kind of value has its key's place`() throws {
        let text = """
            # a comment
            text = "a\\u0000\\tb"
              number = -1_000
            flag = true
            literal = 'c:\\d'
            """
        #expect(
            try entries(text) == [
                .init(key: "flag", value: .boolean(true), place: .init(line: 4, column: 1)),
                .init(key: "literal", value: .string("c:\\d"), place: .init(line: 5, column: 1)),
                .init(key: "number", value: .integer(-1000), place: .init(line: 3, column: 3)),
                .init(key: "text", value: .string("a\0\tb"), place: .init(line: 2, column: 1)),
            ])
    }

    @Test(arguments: [
        ("x = 1.5", "a number with a fraction"), ("x = []", "an array"), ("[x]", "a table"),
        ("x.y = 1", "a table"), ("x = {}", "a table"), ("[[x]]", "an array"),
        ("x = 2024-01-01", "a date or time"), ("x = 12:00:00", "a date or time"),
    ])
    func `what no setting can be is known by its kind`(text: String, kind: String) throws {
        #expect(try entries(text).map(\.value) == [.other(kind)])
    }

    @Test func `letters beyond ASCII are letters, around and within what is read`() throws {
        let entries = try entries("# ö\n\"kéy\" = \"ü 本\" # é\n")
        #expect(entries.map(\.key) == ["kéy"])
        #expect(entries.map(\.value) == [.string("ü 本")])
        #expect(try error("é = 1").place == TextPlace(line: 1, column: 1))
    }

    @Test func `an empty document has no keys`() throws {
        #expect(try entries("").isEmpty)
        #expect(try entries("\u{feff}# only this\r\n").isEmpty)
    }

    @Test(arguments: [
        ("x", 1, 2), ("x =", 1, 4), ("a = 1\nb = 'open\n", 2, 10), ("x = 1\nx = 2", 2, 5),
        ("= 1", 1, 1), ("x = yes", 1, 5), ("[.a]", 1, 1),
        ("a = 1\nb = 2\n[.Int\"c\"]\nd = 1", 3, 1), ("x = 99999999999999999999", 1, 25),
    ])
    func `what is no TOML is refused with its place`(text: String, line: Int, column: Int) throws {
        let error = try error(text)
        #expect(!error.message.isEmpty)
        #expect(error.place == TextPlace(line: line, column: column))
    }

    @Test func `bytes that are no text are refused`() {
        #expect(throws: TOMLError.self) { try TOMLDocument([0x78, 0x3d, 0x22, 0xff, 0x22]) }
        #expect(throws: TOMLError.self) { try TOMLDocument([0x78, 0x3d, 0x31, 0]) }
    }

    @Test(arguments: [
        String(repeating: "a.", count: 30_000) + "a = 1",
        "[" + String(repeating: "a.", count: 30_000) + "a]",
        "a = " + String(repeating: "[", count: 30_000),
        "a = " + String(repeating: "{a = ", count: 10_000),
        "a = " + String(repeating: "[{a.a.a.a.a.a.a.a.a.a = \n", count: 2000),
    ])
    func `what is nested deeper than the stack bears is refused`(text: String) throws {
        _ = try error("\n" + text)
    }

    @Test func `as many dots as are taken are borne`() throws {
        #expect(try entries(String(repeating: "a.", count: 1000) + "a = 1").count == 1)
        let error = try error("\n" + String(repeating: "a.", count: 1001) + "a = 1")
        #expect(error.place == TextPlace(line: 2, column: 2002))
    }
}
