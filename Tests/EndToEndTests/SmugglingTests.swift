import Testing

/// What two readers of HTTP could see differently, through nginx as we ship its configuration.
@Suite(.enabled(if: TLSProxy.areThere, "Debian's nginx-light and stunnel4"))
struct SmugglingTests {
    /// Each is one request, or none; what it carries wants to be taken for a second one.
    private static let smuggling: [(name: String, fields: [String], body: String)] = {
        let hidden = "GET /livez HTTP/1.1\r\nHost: gaia.test\r\n\r\n"
        let size = String(hidden.utf8.count, radix: 16)
        let chunked = "Transfer-Encoding: chunked"
        let length = "Content-Length: \(hidden.utf8.count)"
        return [
            ("a length", [length], hidden),
            ("chunks", [chunked], "\(size)\r\n\(hidden)\r\n0\r\n\r\n"),
            ("length and chunks", [length, chunked], "0\r\n\r\n\(hidden)"),
            ("chunks and length", [chunked, "Content-Length: 0"], "0\r\n\r\n\(hidden)"),
            ("two lengths", ["Content-Length: 0", length], hidden),
            ("two lengths in one", ["Content-Length: 0, \(hidden.utf8.count)"], hidden),
            ("the same length twice", [length, length], hidden),
            ("a signed length", ["Content-Length: +\(hidden.utf8.count)"], hidden),
            ("a length in a length", ["Content-Length: 0 \(hidden.utf8.count)"], hidden),
            ("a folded coding", ["Transfer-Encoding:\r\n chunked"], "0\r\n\r\n\(hidden)"),
            ("a folded length", [length, "X: a\r\n Content-Length: 0"], hidden),
            ("a blank before the colon", ["Transfer-Encoding : chunked", length], hidden),
            ("a blank before the name", [length, " Transfer-Encoding: chunked"], hidden),
            ("an unknown coding", ["Transfer-Encoding: xchunked", length], hidden),
            ("two codings", ["Transfer-Encoding: gzip, chunked"], "0\r\n\r\n\(hidden)"),
            ("a quoted coding", ["Transfer-Encoding: \"chunked\"", length], hidden),
            ("a coding twice", [chunked, chunked], "0\r\n\r\n\(hidden)"),
            ("a tab in the coding", ["Transfer-Encoding:\u{b}chunked", length], hidden),
            ("a bare LF in a field", [length, "X: a\nContent-Length: 0"], hidden),
            ("a bare CR in a field", [length, "X: a\rTransfer-Encoding: chunked"], hidden),
            ("a NUL in a field", [length, "X: a\u{0}b"], hidden),
            ("an underscore", [length, "Transfer_Encoding: chunked"], hidden),
            ("a bare LF behind a size", [chunked], "0\n\r\n\(hidden)"),
            (
                "a bare LF in an extension", [chunked],
                "2;\nxx\r\n\(size)\r\n\(hidden)\r\n0\r\n\r\n"
            ),
            ("a bare CR behind a size", [chunked], "0\r\r\n\(hidden)"),
            ("a size too large", [chunked], "10000000000000000\r\n\(hidden)\r\n0\r\n\r\n"),
            ("a size in another base", [chunked], "0x0\r\n\r\n\(hidden)"),
            ("a negative size", [chunked], "-0\r\n\r\n\(hidden)"),
            ("no line end behind a chunk", [chunked], "1\r\nx0\r\n\r\n\(hidden)"),
            ("a length in a trailer", [chunked], "0\r\nContent-Length: 9\r\n\r\n"),
            ("an expectation", [length, "Expect: 100-continue"], hidden),
            ("an upgrade", [length, "Upgrade: h2c", "Connection: Upgrade"], hidden),
        ]
    }()

    private func head(_ fields: [String]) -> String {
        "POST /nothing HTTP/1.1\r\nHost: gaia.test\r\nConnection: close\r\n"
            + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    /// As shipped, and with the connections to us kept, on which what is left would be read next.
    @Test(arguments: [false, true])
    func `of one request never more than one comes through nginx`(isKept: Bool) async throws {
        let gaia = try await ProxiedNode()
        let kept: [(old: String, new: String)] = [
            ("server {\n", "upstream us { server unix:\(gaia.socket); keepalive 4; }\nserver {\n"),
            ("http://unix:\(gaia.socket)", "http://us"),
            ("proxy_buffering off;", "proxy_buffering off; proxy_set_header Connection '';"),
        ]
        let proxy = try await TLSProxy(.nginx, to: gaia.socket, in: gaia.folder, isKept ? kept : [])
        for row in Self.smuggling {
            let before = try gaia.requests()
            let answer = try await gaia.send(head(row.fields) + row.body, to: proxy)
            let statuses = answer.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(statuses.count { $0 != "100" } == 1, "\(row.name): \(answer)")
            let next = try await gaia.ask(proxy, "/livez")
            #expect(next == "ok\n200", "\(row.name): \(next)")
            let more = try gaia.requests() - before - 1
            #expect(more == 0 || more == 1, "\(row.name)")
        }
        // Two are two, so that the counting can be trusted.
        let before = try gaia.requests()
        let two = head([]).replacing("Connection: close\r\n", with: "") + head([])
        let answer = try await gaia.send(two, to: proxy)
        #expect(answer.split(separator: "HTTP/1.1 404").count == 2)
        #expect(try gaia.requests() == before + 2)
        try await gaia.node.stop()
    }
}
