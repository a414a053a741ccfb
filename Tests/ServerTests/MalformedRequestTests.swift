import Testing

@testable import API
@testable import Server

/// What every request gets that is odd or broken, and whether its connection outlives it.
///
/// A second request follows each on the same connection: where the first is refused, nothing of it
/// may be taken for a request and answered.
struct MalformedRequestTests {
    enum Fate: Sendable {
        case kept, closed
    }

    typealias Row = (text: String, status: Int, fate: Fate)

    private static func get(_ fields: String..., line: String = "GET /livez HTTP/1.1") -> String {
        "\(line)\r\nHost: localhost\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n"
    }

    private static func post(_ fields: String, _ body: String) -> String {
        upload(fields) + body
    }

    private static func chunks(_ body: String) -> String {
        post("Transfer-Encoding: chunked", body)
    }

    static let requestLines: [Row] = [
        (get(), 200, .kept),
        ("\r\n" + get(), 200, .kept),
        ("\r\n\r\n" + get(), 400, .closed),
        (get(line: "GET /livez HTTP/1.1 "), 400, .closed),
        (get(line: "GET  /livez HTTP/1.1"), 400, .closed),
        (get(line: " GET /livez HTTP/1.1"), 400, .closed),
        (get(line: "GET\t/livez\tHTTP/1.1"), 400, .closed),
        (get(line: "GET /livez"), 400, .closed),
        (get(line: "GET /li vez HTTP/1.1"), 400, .closed),
        (get(line: "get /livez HTTP/1.1"), 501, .closed),
        (get(line: "TRACE /livez HTTP/1.1"), 501, .closed),
        (get(line: "CONNECT localhost:80 HTTP/1.1"), 501, .closed),
        (get(line: "BREW /livez HTTP/1.1"), 501, .closed),
        (get(line: "G(T /livez HTTP/1.1"), 400, .closed),
        (get(line: "GET http://localhost/livez HTTP/1.1"), 400, .closed),
        (get(line: "GET localhost:80 HTTP/1.1"), 400, .closed),
        (get(line: "OPTIONS * HTTP/1.1"), 400, .closed),
        (get(line: "GET /livez#a HTTP/1.1"), 400, .closed),
        (get(line: "GET /li\\vez HTTP/1.1"), 400, .closed),
        (get(line: "GET /livéz HTTP/1.1"), 400, .closed),
        (get(line: "GET /%zz HTTP/1.1"), 400, .closed),
        (get(line: "GET /livez%00 HTTP/1.1"), 400, .closed),
        (get(line: "GET /livez http/1.1"), 400, .closed),
        (get(line: "GET /livez HTTP/1.10"), 400, .closed),
        (get(line: "GET /livez HTTP/1.2"), 505, .closed),
        (get(line: "GET /livez HTTP/0.9"), 505, .closed),
        (get(line: "GET /livez HTTP/2.0"), 505, .closed),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, .closed),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", 400, .closed),
        (get(line: "GET /nothing HTTP/1.1"), 404, .kept),
        (get(line: "DELETE /livez HTTP/1.1"), 405, .kept),
        (get(line: "OPTIONS /livez HTTP/1.1"), 204, .kept),
        (get(line: "GET /v1/status HTTP/1.1"), 401, .kept),
        (get(line: "GET /livez HTTP/1.0"), 200, .closed),
        (get("Connection: keep-alive", line: "GET /livez HTTP/1.0"), 200, .kept),
    ]

    static let fields: [Row] = [
        ("GET /livez HTTP/1.1\r\n\r\n", 400, .closed),
        (get("Host: localhost"), 400, .closed),
        ("GET /livez HTTP/1.1\r\nHost: u@localhost\r\n\r\n", 400, .closed),
        ("GET /livez HTTP/1.1\r\nHost:\r\n\r\n", 400, .closed),
        ("GET /livez HTTP/1.1\r\nHost: local host\r\n\r\n", 400, .closed),
        ("GET /livez HTTP/1.1\r\nHost: localhost/\r\n\r\n", 400, .closed),
        ("GET /livez HTTP/1.1\r\nHost: evil.test\r\n\r\n", 421, .kept),
        ("GET /livez HTTP/1.1\r\nHost: localhost:x\r\n\r\n", 421, .kept),
        ("GET /livez HTTP/1.1\r\nHost: localhost,localhost\r\n\r\n", 421, .kept),
        (get("Origin: null"), 403, .kept),
        ("GET /livez HTTP/1.1\nHost: localhost\n\n", 400, .closed),
        ("GET /livez HTTP/1.1\r\nHost: localhost\r\n\n", 400, .closed),
        (get("X: a\rb"), 400, .closed),
        (get("X: a\u{0}b"), 400, .closed),
        (get("X: a\u{7f}b"), 400, .closed),
        (get("X: é"), 200, .kept),
        (get("X:\t a \t"), 200, .kept),
        (get("X:"), 200, .kept),
        (get("X : a"), 400, .closed),
        (get(" X: a"), 400, .closed),
        (get("X: a\r\n b"), 400, .closed),
        (get("X: a\r\n\tb"), 400, .closed),
        (get(": a"), 400, .closed),
        (get("X"), 400, .closed),
        (get("X(: a"), 400, .closed),
        (get("Connection: close"), 200, .closed),
        (get("Connection: Upgrade", "Upgrade: h2c"), 501, .kept),
        (get("Expect: 100-continue"), 200, .kept),
        (get("Expect: 200-ok"), 417, .closed),
        (get("Expect: 100-continue", "Expect: 100-continue"), 417, .closed),
        (get("X: " + String(repeating: "a", count: 17_000)), 431, .closed),
        (get(String(repeating: "X: a\r\n", count: 63) + "X: a"), 431, .closed),
    ]

    static let lengths: [Row] = [
        (get("Content-Length: 5") + "abcde", 200, .kept),
        (post("Content-Length: 5", "abcde"), 200, .kept),
        (post("Content-Length: 005", "abcde"), 200, .kept),
        (post("Content-Length: 0", ""), 200, .kept),
        (request("POST /sink", "Content-Length: 5") + "abcde", 415, .kept),
        (post("Content-Length: 5\r\nContent-Length: 5", "abcde"), 400, .closed),
        (post("Content-Length: 5\r\nContent-Length: 6", "abcde"), 400, .closed),
        (post("Content-Length: 5, 5", "abcde"), 400, .closed),
        (post("Content-Length: +5", "abcde"), 400, .closed),
        (post("Content-Length: -5", "abcde"), 400, .closed),
        (post("Content-Length: 0x5", "abcde"), 400, .closed),
        (post("Content-Length: 5 5", "abcde"), 400, .closed),
        (post("Content-Length: 5.0", "abcde"), 400, .closed),
        (post("Content-Length:", "abcde"), 400, .closed),
        (post("Content-Length: ٥", "abcde"), 400, .closed),
        (post("Content-Length: 18446744073709551617", "a"), 413, .closed),
        (post("Content-Length: 9000000000000000000", "a"), 413, .closed),
        (get("Content-Length: 65537") + "a", 413, .closed),
        (post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400, .closed),
        (post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"), 400, .closed),
        (post("Transfer-Encoding: \t chunked \t", "0\r\n\r\n"), 200, .kept),
        (post("transfer-encoding: CHUNKED", "0\r\n\r\n"), 200, .kept),
        (post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n"), 501, .closed),
        (
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            400, .closed
        ),
        (
            post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            400, .closed
        ),
        (post("Transfer-Encoding: identity", "abcde"), 501, .closed),
        (post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), 501, .closed),
        (post("Transfer-Encoding: chunked, identity", "0\r\n\r\n"), 501, .closed),
        (post("Transfer-Encoding: chunked;q=1", "0\r\n\r\n"), 501, .closed),
        (post("Transfer-Encoding: \"chunked\"", "0\r\n\r\n"), 501, .closed),
        (post("Transfer-Encoding: xchunked", "0\r\n\r\n"), 501, .closed),
        (post("Transfer-Encoding:", "0\r\n\r\n"), 501, .closed),
        (post("Transfer-Encoding: \u{b}chunked", "0\r\n\r\n"), 400, .closed),
        (post("Transfer-Encoding : chunked", "0\r\n\r\n"), 400, .closed),
        (post("Transfer-Encoding: chunked", "").replacing("1.1", with: "1.0"), 400, .closed),
    ]

    static let chunkedBodies: [Row] = [
        (chunks("5\r\nabcde\r\n0\r\n\r\n"), 200, .kept),
        (chunks("0\r\n\r\n"), 200, .kept),
        (chunks("000005\r\nabcde\r\n00\r\n\r\n"), 200, .kept),
        (chunks("a;x=\"y\";z\r\n0123456789\r\n0 ;x\r\n\r\n"), 200, .kept),
        (chunks("0\r\nT: v\r\n\r\n"), 200, .kept),
        (chunks("0\r\nContent-Length: 9\r\nHost: evil.test\r\n\r\n"), 200, .kept),
        (chunks("0\r\nTransfer-Encoding: gzip\r\n\r\n"), 200, .kept),
        (chunks("0\r\nT : v\r\n\r\n"), 400, .closed),
        (chunks("0\r\nT: v\n\r\n"), 400, .closed),
        (chunks("0\r\n T: v\r\n\r\n"), 400, .closed),
        (chunks("0\r\nT: " + String(repeating: "v", count: 9000) + "\r\n\r\n"), 400, .closed),
        (chunks("5\r\nabcdef\r\n0\r\n\r\n"), 400, .closed),
        (chunks("5\r\nabcde0\r\n\r\n"), 400, .closed),
        (chunks("5\r\nabcde\n0\r\n\r\n"), 400, .closed),
        (chunks("5\nabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks("5\rabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks("5;\nabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks("5;a\u{0}\r\nabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks("5 \r\nabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks("5 5\r\nabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks(" 5\r\nabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks("+5\r\nabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks("-5\r\nabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks("0x5\r\nabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks(";x\r\nabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks("\r\n0\r\n\r\n"), 400, .closed),
        (chunks("g\r\n0\r\n\r\n"), 400, .closed),
        (chunks("7fffffffffffffff\r\na"), 400, .closed),
        (chunks("100000000000000005\r\nabcde\r\n0\r\n\r\n"), 400, .closed),
        (chunks("5;" + String(repeating: "x", count: 5000) + "\r\n"), 400, .closed),
    ]

    enum Table: CaseIterable {
        case requestLines, fields, lengths, chunkedBodies

        var rows: [Row] {
            switch self {
            case .requestLines: MalformedRequestTests.requestLines
            case .fields: MalformedRequestTests.fields
            case .lengths: MalformedRequestTests.lengths
            case .chunkedBodies: MalformedRequestTests.chunkedBodies
            }
        }
    }

    @Test(arguments: Table.allCases)
    func `it gets its status, and the connection its fate`(table: Table) async throws {
        let sink = Route(
            .post, "/sink", scope: nil, takes: .bytes(type: "application/octet-stream", limit: 99)
        ) { call throws(Problem) in
            do throws(BodyError) {
                return .text("\(try await call.request.body.collect().count)")
            } catch {
                throw Problem(error)
            }
        }
        let options = ListenOptions.testing(hosts: ["localhost"])
        try await TestServer.run(options: options, routes: [sink]) { server in
            for row in table.rows {
                let client = try Client(unix: server.token)
                client.send(row.text + request("GET /livez", "Connection: close"))
                let text = try client.readToEnd()
                let statuses = text.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
                let expected = row.fate == .kept ? [row.status, 200] : [row.status]
                #expect(statuses == expected, "\(row.text.debugDescription)")
            }
        }
    }
}
