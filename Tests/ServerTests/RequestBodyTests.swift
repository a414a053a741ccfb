import Testing

@testable import API
@testable import Server
@testable import Supervisor

/// Takes bodies and tells of each how it came: its bytes, or why it did not.
struct BodySink: Sendable {
    let results: AsyncStream<Result<[UInt8], BodyError>>
    private let report: AsyncStream<Result<[UInt8], BodyError>>.Continuation

    init() {
        (results, report) = AsyncStream.makeStream()
    }

    func next() async -> Result<[UInt8], BodyError>? {
        await results.first { _ in true }
    }

    /// `POST /sink`: collects once the gate lets it.
    func route(
        takes content: Content = .bytes(type: "application/octet-stream", limit: 1 << 30),
        after gate: (@Sendable () async -> Void)? = nil
    ) -> Route {
        Route(.post, "/sink", scope: .read, takes: content) { call throws(Problem) in
            await gate?()
            do throws(BodyError) {
                let bytes = try await call.request.body.collect(atMost: 1 << 30)
                report.yield(.success(bytes))
                return .text("\(call.request.body.length.map(String.init) ?? "?") \(bytes.count)")
            } catch {
                report.yield(.failure(error))
                throw Problem(error)
            }
        }
    }
}

extension RequestBody {
    /// All of it, through a space of so many bytes.
    fileprivate func takenInto(_ size: Int) async throws(BodyError) -> [UInt8] {
        let space = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
        defer { space.deallocate() }
        var bytes: [UInt8] = []
        while true {
            switch try take(into: space, within: .milliseconds(1)) {
            case .bytes(let count): bytes += space[..<count]
            case .nothing: try await wait()
            case .end: return bytes
            }
        }
    }
}

/// The head of a request that brings bytes to the sink.
func upload(_ fields: String..., to path: String = "/sink") -> String {
    "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
        + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

struct RequestBodyTests {
    private let sink = BodySink()

    @Test func `a route gets the same bytes with a length and in chunks`() async throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await TestServer.run(routes: [sink.route()]) { server in
            let client = try Client(unix: server.unix)
            client.send(Array(upload("Content-Length: 300000").utf8) + bytes)
            #expect(try client.answers(1).first?.hasSuffix("\r\n\r\n300000 300000") == true)
            client.send(upload("Transfer-Encoding: chunked"))
            for start in stride(from: 0, to: 300_000, by: 30_000) {
                client.send("7530;a=b\r\n")
                client.send(Array(bytes[start..<(start + 30_000)]))
                client.send("\r\n")
            }
            client.send("0\r\nT: v\r\n\r\n" + request("GET /livez"))
            let answers = try client.answers(2)
            #expect(answers.first?.hasSuffix("\r\n\r\n? 300000") == true)
            #expect(answers.last?.status == 200)
            for _ in 0..<2 { #expect(await sink.next() == .success(bytes)) }
        }
    }

    @Test(arguments: ["Content-Length: 100000", "Transfer-Encoding: chunked"])
    func `a route takes no more at once than it has room for`(framing: String) async throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        let route = Route(
            .post, "/sink", scope: .read,
            takes: .bytes(type: "application/octet-stream", limit: 1 << 30)
        ) { call throws(Problem) in
            do throws(BodyError) {
                return .text("\(try await call.request.body.takenInto(999) == bytes)")
            } catch {
                throw Problem(error)
            }
        }
        try await TestServer.run(routes: [route]) { server in
            let client = try Client(unix: server.unix)
            client.send(upload(framing))
            let isChunked = framing.hasSuffix("chunked")
            if isChunked { client.send("186a0\r\n") }
            client.send(bytes)
            if isChunked { client.send("\r\n0\r\n\r\n") }
            #expect(try client.answers(1).first?.hasSuffix("true") == true)
        }
    }

    @Test func `a connection is not read while its route does not ask`() async throws {
        let (asks, ask) = AsyncStream<Void>.makeStream()
        let route = sink.route { _ = await asks.first { true } }
        try await TestServer.run(routes: [route]) { server in
            let client = try Client(unix: server.unix)
            let bytes = [UInt8](repeating: 7, count: 16 << 20)
            client.send(upload("Content-Length: \(bytes.count)"))
            // The kernel's buffers take less than this; what is more would have been read.
            let sent = client.sendWhatFits(of: bytes)
            #expect(sent < 8 << 20)
            ask.yield()
            client.send(Array(bytes[sent...]))
            #expect(try client.answers(1).first?.status == 200)
            #expect(await sink.next() == .success(bytes))
        }
    }

    @Test func `100 Continue comes when the route asks and not before`() async throws {
        let (asks, ask) = AsyncStream<Void>.makeStream()
        let route = sink.route { _ = await asks.first { true } }
        try await TestServer.run(routes: [route]) { server in
            let client = try Client(unix: server.unix)
            client.send(upload("Expect: 100-continue", "Content-Length: 3"))
            // Answered elsewhere meanwhile, so the request has been looked at.
            #expect(try Client(unix: server.unix).ask(request("GET /livez")).status == 200)
            #expect(try !client.isReadable())
            ask.yield()
            #expect(try client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(try client.ask("abc").hasSuffix("\r\n\r\n3 3"))
            #expect(try client.ask(request("GET /livez")).status == 200)
        }
    }

    @Test func `who sends without waiting gets no 100 Continue`() async throws {
        try await TestServer.run(routes: [sink.route()]) { server in
            let client = try Client(unix: server.unix)
            client.send(upload("Expect: 100-continue", "Content-Length: 3") + "abc")
            #expect(try client.answers(1).first?.status == 200)
        }
    }

    @Test(arguments: [
        ("Content-Type: text/plain", 415), ("X: y", 415),
        ("Content-Type: application/octet-stream\r\nContent-Encoding: gzip", 415),
        ("Content-Type: application/octet-stream\r\nExpect: x", 417),
        ("Content-Type: application/octet-stream\r\nOrigin: http://evil.test", 403),
    ])
    func `a refused body is never asked for`(fields: String, status: Int) async throws {
        try await TestServer.run(routes: [sink.route()]) { server in
            let client = try Client(unix: server.unix)
            client.send(
                request("POST /sink", fields, "Expect: 100-continue", "Content-Length: 3"))
            let answer = try client.readToEnd()
            #expect(answer.status == status)
            #expect(answer.contains("Connection: close\r\n"))
        }
    }

    @Test func `a route may answer without the body`() async throws {
        let route = Route(.post, "/same", scope: nil, takes: .json) { _ in .text("same") }
        try await TestServer.run(routes: [route]) { server in
            let json = "Content-Type: application/json"
            let waiting = try Client(unix: server.unix)
            waiting.send(
                request("POST /same", json, "Expect: 100-continue", "Content-Length: 3"))
            let answer = try waiting.readToEnd()
            #expect(answer.hasSuffix("Connection: close\r\n\r\nsame"))
            // A small rest is read away and the connection stays, a large one ends it.
            let sending = try Client(unix: server.unix)
            sending.send(request("POST /same", json, "Content-Length: 3") + "abc")
            #expect(try sending.answers(1).first?.hasSuffix("same") == true)
            #expect(try sending.ask(request("GET /livez")).status == 200)
            sending.send(request("POST /same", json, "Transfer-Encoding: chunked"))
            sending.send("20000\r\n" + String(repeating: "a", count: 0x20000))
            #expect(try sending.readToEnd().hasSuffix("Connection: close\r\n\r\nsame"))
        }
    }
}
