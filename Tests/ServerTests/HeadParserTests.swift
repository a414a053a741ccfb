import Testing

@testable import API
@testable import Server

/// What one parse of a whole text gives.
private func parse(_ text: String, limits: HTTPLimits = HTTPLimits()) -> RequestParser.Outcome {
    var parser = RequestParser(limits: limits)
    return parser.parse(Array(text.utf8)[...])
}

private func get(_ fields: String, line: String = "GET / HTTP/1.1") -> String {
    "\(line)\r\nHost: localhost\r\n\(fields)\r\n"
}

struct HeadParserTests {
    @Test func `a head is read with its target, fields and body`() throws {
        let text =
            "PUT /v1/plans/a%2Fb%20c/binary?wait=5&x&y=%3D HTTP/1.1\r\n"
            + "HOST:  LocalHost:80 \r\nX-Odd:\r\nTransfer-Encoding: Chunked\r\n"
            + "Expect: 100-Continue\r\nConnection: foo, Close\r\n\r\nrest"
        guard case .head(let head, let consumed) = parse(text) else {
            Issue.record("no head")
            return
        }
        #expect(consumed == text.utf8.count - 4)
        #expect(head.method == .put)
        #expect(head.target.path == "/v1/plans/a%2Fb%20c/binary")
        #expect(head.target.segments == ["v1", "plans", "a/b c", "binary"])
        #expect(
            head.target.query == [
                .init(name: "wait", value: "5"), .init(name: "x", value: ""),
                .init(name: "y", value: "="),
            ])
        #expect(head.host == "localhost:80")
        #expect(head.headers["x-odd"] == "")
        #expect(head.body == .chunked)
        #expect(head.expectsContinue)
        #expect(!head.keepsAlive)
    }

    @Test(arguments: [
        // Request line.
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", HeadRefusal.malformed),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET /\r\nHost: a\r\n\r\n", .malformed),
        ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET /é HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET /?%00 HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET / http/1.1\r\nHost: a\r\n\r\n", .malformed),
        ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", .malformed),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", .version),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .version),
        ("PRI * HTTP/2.0\r\n\r\n", .version),
        ("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", .unknownMethod),
        ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", .unknownMethod),
        ("get / HTTP/1.1\r\nHost: a\r\n\r\n", .unknownMethod),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformed),
        // Host.
        ("GET / HTTP/1.1\r\n\r\n", .malformed),
        ("GET / HTTP/1.0\r\n\r\n", .malformed),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .malformed),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .malformed),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .malformed),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .malformed),
        ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .malformed),
        // Lines and fields.
        ("GET / HTTP/1.1\nHost: a\n\n", .malformed),
        ("GET / HTTP/1.1\r\nHost: a\r\n\n", .malformed),
        ("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", .malformed),
        ("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", .malformed),
        (get("X: a\u{0}b\r\n"), .malformed),
        (get("X: a\u{7f}\r\n"), .malformed),
        (get("X: a\u{b}b\r\n"), .malformed),
        (get("X : a\r\n"), .malformed),
        (get(" X: a\r\n"), .malformed),
        (get("X: a\r\n b\r\n"), .malformed),
        (get("X: a\r\n\tb\r\n"), .malformed),
        (get("X\r\n"), .malformed),
        (get(": a\r\n"), .malformed),
        (get("X(: a\r\n"), .malformed),
        // Framing: what two readers could see differently.
        (get("Content-Length: 5\r\nContent-Length: 5\r\n"), .malformed),
        (get("Content-Length: 5, 5\r\n"), .malformed),
        (get("Content-Length: +5\r\n"), .malformed),
        (get("Content-Length: -1\r\n"), .malformed),
        (get("Content-Length: 0x5\r\n"), .malformed),
        (get("Content-Length: 5 5\r\n"), .malformed),
        (get("Content-Length:\r\n"), .malformed),
        (get("Content-Length: ٥\r\n"), .malformed),
        (get("Content-Length: 99999999999999999999\r\n"), .bodyTooLarge),
        (get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), .malformed),
        (get("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"), .malformed),
        (get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), .malformed),
        (get("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), .malformed),
        (get("Transfer-Encoding: gzip, chunked\r\n"), .unknownCoding),
        (get("Transfer-Encoding: chunked, identity\r\n"), .unknownCoding),
        (get("Transfer-Encoding: xchunked\r\n"), .unknownCoding),
        (get("Transfer-Encoding: chunked;q=1\r\n"), .unknownCoding),
        (get("Transfer-Encoding: \u{b}chunked\r\n"), .malformed),
        (get("Transfer-Encoding : chunked\r\n"), .malformed),
        (get("Transfer-Encoding: chunked\r\n", line: "GET / HTTP/1.0"), .malformed),
        // Expectations.
        (get("Expect: 200-ok\r\n"), .expectation),
        (get("Expect: 100-continue\r\nExpect: 100-continue\r\n"), .expectation),
        // TLS on the wrong port.
        ("\u{16}\u{3}\u{1}\u{2}\u{0}", .malformed),
    ])
    func `a head that breaks a rule is refused`(text: String, refusal: HeadRefusal) {
        #expect(parse(text) == .refused(refusal))
    }

    @Test func `a bad byte is refused before the head is complete`() {
        #expect(parse("GET / HTTP/1.1\n") == .refused(.malformed))
        #expect(parse("GET / HTTP/1.1\r\nHost: a\r\n") == .incomplete)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1", "", true), ("GET / HTTP/1.1", "Connection: close\r\n", false),
        ("GET / HTTP/1.1", "Connection: keep-alive\r\nConnection: CLOSE\r\n", false),
        ("GET / HTTP/1.0", "", false), ("GET / HTTP/1.0", "Connection: Keep-Alive\r\n", true),
    ])
    func `the connection stays as version and field say`(
        line: String, field: String, stays: Bool
    ) {
        guard case .head(let head, _) = parse(get(field, line: line)) else {
            Issue.record("no head")
            return
        }
        #expect(head.keepsAlive == stays)
    }

    @Test func `a head may be as large as the limit and no larger`() {
        let limits = HTTPLimits()
        let fitting = get("X: \(String(repeating: "a", count: limits.head - 40))\r\n")
        #expect(fitting.utf8.count == limits.head)
        guard case .head = parse(fitting) else {
            Issue.record("refused at the limit")
            return
        }
        let larger = parse(fitting.replacing("X:", with: "X: "))
        #expect(larger == .refused(.tooLarge))
        #expect(
            parse(String(repeating: "a", count: limits.head)) == .refused(.tooLarge))
    }

    @Test func `a head may have as many fields as the limit and no more`() {
        let fields = (1..<64).map { "X\($0): a\r\n" }.joined()
        guard case .head(let head, _) = parse(get(fields)) else {
            Issue.record("refused at the limit")
            return
        }
        #expect(head.headers.fields.count == 64)
        #expect(parse(get(fields + "Y: a\r\n")) == .refused(.tooLarge))
    }

    @Test func `an empty line before a head is passed over`() {
        let text = "\r\n" + get("")
        guard case .head(_, let consumed) = parse(text) else {
            Issue.record("no head")
            return
        }
        #expect(consumed == text.utf8.count)
    }
}
