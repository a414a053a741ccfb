import Testing

@testable import Stage

struct AnswerHeadTests {
    private func head(_ fields: String..., status: String = "HTTP/1.1 200 OK") -> AnswerHead {
        var head = AnswerHead()
        for line in [status] + fields + [""] { head.take(line + "\r\n") }
        return head
    }

    @Test func `an interim answer is not the answer`() {
        var head = head("Location: /a", "Content-Length: 5", status: "HTTP/1.1 103 Early Hints")
        #expect(!head.isComplete)
        for line in ["HTTP/2 302 \r\n", "X: y\r\n", "\r\n"] { head.take(line) }
        #expect(head.isComplete && head.status == 302)
        #expect(head.location == nil && head.length == nil)
    }

    @Test func `trailers do not change the answer`() {
        var head = head("Content-Length: 5")
        for line in ["HTTP/1.1 500 Bad\r\n", "Content-Length: 6\r\n", "\r\n"] { head.take(line) }
        #expect(head.status == 200 && head.length == 5)
    }

    @Test(arguments: [
        ("bytes 5-9/10", Int64(5), Int64(10)), ("BYTES 0-0/1", 0, 1), ("bytes 5-9/*", 5, nil),
    ])
    func `a part to the end has a range`(field: String, first: Int64, total: Int64?) throws {
        let range = try #require(head("Content-Range: \(field)").range)
        #expect(range.first == first && range.total == total)
    }

    @Test(arguments: [
        "bytes 5-8/10", "bytes 5-10/10", "bytes 9-5/6", "bytes -5-9/10", "bytes 5/10", "bytes",
        "bytes ", "bytes /", "bytes 5-9", "bytes +5-9/10", "lines 5-9/10", "bytes */10",
        "bytes 5-99999999999999999999/100000000000000000000", "bytes 5--9/10", "bytes 5-9/10/11",
        "bytes 0-9223372036854775806/9223372036854775807",
    ])
    func `any other range is none`(field: String) {
        #expect(head("Content-Range: \(field)").range == nil)
    }

    @Test(arguments: ["-1", "+5", "5, 5", "5x", "", "99999999999999999999"])
    func `a length that is no number is none`(field: String) {
        #expect(head("Content-Length: \(field)").length == nil)
    }

    @Test func `a strong validator is a tag, or a date before the answer's`() {
        let changed = "Mon, 01 Jan 2024 00:00:00 GMT"
        let later = "Mon, 01 Jan 2024 00:00:01 GMT"
        #expect(head("ETag: \"a\"").validator == "\"a\"")
        #expect(head("Last-Modified: \(changed)", "Date: \(later)").validator == changed)
        for weak in [
            head("ETag: W/\"a\"", "Last-Modified: \(changed)", "Date: \(later)"),
            head("ETag: a"), head("ETag: \""), head("ETag: \"\u{1b}\""),
            head("Last-Modified: \(changed)", "Date: \(changed)"),
            head("Last-Modified: \(changed)"), head("Last-Modified: soon", "Date: \(later)"),
            head("ETag: \"a\"", "Accept-Ranges: None"),
            head("ETag: \"\(String(repeating: "a", count: 300))\""),
        ] {
            #expect(weak.validator == nil)
        }
    }

    @Test func `lines that make no sense are harmless`() {
        for line in ["HTTP/", "HTTP/1.1", "HTTP/1.1 -1", "HTTP/1.1 x", ":", "\u{0}", "a"] {
            var head = AnswerHead()
            for line in [line, ""] { head.take(line + "\r\n") }
            #expect(!head.isComplete)
        }
    }
}
