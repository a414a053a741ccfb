import Testing

@testable import Server

/// As Go's `encoding/csv` with TrimLeadingSpace, whose own tests these rows follow.
struct CSVReaderTests {
    private func read(_ text: String) throws(CSVError) -> [[String]] {
        var reader = CSVReader(text)
        var records: [[String]] = []
        while let (_, fields) = try reader.next() { records.append(fields) }
        return records
    }

    @Test(arguments: [
        ("a,b,c\n", [["a", "b", "c"]]), ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
        ("a,b", [["a", "b"]]), ("", []), ("\n\n", []), ("a\n\n\nb\n", [["a"], ["b"]]),
        (#""a","b c","d,e""#, [["a", "b c", "d,e"]]), (#""a""b",c"#, [[#"a"b"#, "c"]]),
        ("\"two\nlines\",x", [["two\nlines", "x"]]), (" a, b,  \"c\"", [["a", "b", "c"]]),
        ("a ,b ", [["a ", "b "]]), (",", [["", ""]]), ("a,\n,b", [["a", ""], ["", "b"]]),
        ("\u{3000}a,\u{a0}b", [["a", "b"]]), ("a\rb,c", [["a\rb", "c"]]),
        ("\"a\r\nb\"", [["a\nb"]]),
    ])
    func `records are split as Go splits them`(text: String, records: [[String]]) throws {
        #expect(try read(text) == records)
    }

    @Test(arguments: [
        (#"a "word",b"#, 1, "not quoted"), ("x\n\"a\"b,c", 2, "must be doubled"),
        ("x\n\n\"a\nb", 4, "not closed"), (#"a"# + "\nb\"", 2, "not quoted"),
    ])
    func `a quote in a wrong place is told with its line`(
        text: String, line: Int, what: String
    ) throws {
        let error = #expect(throws: CSVError.self) { try read(text) }
        #expect(error?.line == line)
        #expect(error?.what.contains(what) == true)
    }

    @Test func `a record is known by the line it begins on`() throws {
        var reader = CSVReader("\n\"a\n\nb\",c\nd\n")
        #expect(try reader.next()?.line == 2)
        #expect(try reader.next()?.line == 5)
        #expect(try reader.next() == nil)
    }
}
