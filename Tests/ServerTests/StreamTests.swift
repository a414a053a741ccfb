import Testing

@testable import API
@testable import Server
@testable import Supervisor

/// A route that streams, and what its test hears of it.
struct StreamSource: Sendable {
    let ends: AsyncStream<StreamEnd?>
    private let end: AsyncStream<StreamEnd?>.Continuation

    init() {
        (ends, end) = AsyncStream.makeStream()
    }

    /// How the body ended: nil when `produce` returned, or why it threw.
    func next() async -> StreamEnd?? {
        await ends.first { _ in true }
    }

    func route(
        _ length: Int? = nil,
        produce: @escaping @Sendable (BodyWriter) async throws(StreamEnd) -> Void
    ) -> Route {
        Route(.get, "/stream", scope: nil) { _ in
            Response(status: .ok, type: "text/plain", length: length) {
                writer throws(StreamEnd) in
                do throws(StreamEnd) {
                    try await produce(writer)
                    end.yield(nil)
                } catch {
                    end.yield(error)
                    throw error
                }
            }
        }
    }
}

extension BodyWriter {
    func write(_ text: String) async throws(StreamEnd) {
        try await write(Array(text.utf8))
    }
}

struct StreamTests {
    private let source = StreamSource()

    @Test func `each piece is sent at once, and the last chunk at the end`() async throws {
        let (steps, step) = AsyncStream<Void>.makeStream()
        let route = source.route { writer throws(StreamEnd) in
            try await writer.write("one")
            await steps.first { true }
            try await writer.write("")
            try await writer.write("two and more than sixteen")
        }
        try await TestServer.run(routes: [route]) { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /stream"))
            let first = try client.read(through: "one\r\n")
            #expect(first.contains("\r\nTransfer-Encoding: chunked\r\n"))
            #expect(!first.contains("Content-Length"))
            #expect(first.hasSuffix("\r\n\r\n3\r\none\r\n"))
            step.yield()
            #expect(
                try client.read(through: "0\r\n\r\n")
                    == "19\r\ntwo and more than sixteen\r\n0\r\n\r\n")
            #expect(try client.ask(request("GET /livez")).status == 200)
        }
    }

    @Test func `a body of known length has that and no chunks`() async throws {
        let route = source.route(6) { writer throws(StreamEnd) in
            try await writer.write("abc")
            try await writer.write("def")
        }
        try await TestServer.run(routes: [route]) { server in
            let client = try Client(unix: server.unix)
            client.send(request("HEAD /stream"))
            let head = try client.answers(1, toHead: true).first ?? ""
            #expect(head.contains("\r\nContent-Length: 6\r\n"))
            client.send(request("GET /stream") + request("GET /livez"))
            let answers = try client.answers(2)
            #expect(answers.first?.hasSuffix("\r\n\r\nabcdef") == true)
            #expect(answers.last?.status == 200)
        }
    }

    @Test func `HEAD has the head of a stream and does not produce it`() async throws {
        let route = source.route { writer throws(StreamEnd) in try await writer.write("x") }
        try await TestServer.run(routes: [route]) { server in
            let client = try Client(unix: server.unix)
            client.send(request("HEAD /stream") + request("GET /livez", "Connection: close"))
            let text = try client.readToEnd()
            #expect(text.contains("Transfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\n"))
            #expect(text.hasSuffix("\r\n\r\nok"))
        }
    }

    @Test func `a client of HTTP 1.0 gets no chunks, the end is the end`() async throws {
        let route = source.route { writer throws(StreamEnd) in try await writer.write("abc") }
        try await TestServer.run(routes: [route]) { server in
            let client = try Client(unix: server.token)
            client.send(
                "GET /stream HTTP/1.0\r\nHost: proxy.test\r\nConnection: keep-alive\r\n\r\n")
            let answer = try client.readToEnd()
            #expect(!answer.contains("chunked"))
            #expect(answer.hasSuffix("Connection: close\r\n\r\nabc"))
        }
    }

    @Test func `a client that leaves ends a stream that says nothing`() async throws {
        let route = source.route { writer throws(StreamEnd) in
            try await writer.write("hello")
            let (nothing, never) = AsyncStream<Never>.makeStream()
            for await _ in nothing {}
            never.finish()
        }
        try await TestServer.run(routes: [route]) { server in
            do {
                let client = try Client(unix: server.unix)
                client.send(request("GET /stream"))
                _ = try client.read(through: "hello")
            }
            #expect(await source.next() == .some(nil))
        }
    }

    @Test func `a client that does not read holds the stream up, then ends it`() async throws {
        let written = Locked(0)
        let route = source.route { writer throws(StreamEnd) in
            let piece = [UInt8](repeating: 7, count: 64 * 1024)
            while true {
                try await writer.write(piece)
                written.withLock { $0 += piece.count }
            }
        }
        var limits = HTTPLimits()
        limits.stallTime = .milliseconds(300)
        try await TestServer.run(limits: limits, routes: [route]) { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /stream"))
            #expect(await source.next() == .some(.stalled))
            // No more than the kernel's buffers hold: nothing piles up here.
            #expect(written.withLock(\.self) < 8 << 20)
            let text = try client.readToEnd()
            #expect(!text.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test(arguments: [nil, 100])
    func `what breaks off does not look whole`(length: Int?) async throws {
        let route = source.route(length) { writer throws(StreamEnd) in
            try await writer.write("abc")
            throw .broken
        }
        try await TestServer.run(routes: [route]) { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /stream"))
            #expect(try !client.readToEnd().hasSuffix("0\r\n\r\n"))
        }
    }

    @Test(arguments: ["ab", "abcd"])
    func `another length than announced ends the connection`(text: String) async throws {
        let route = source.route(3) { writer throws(StreamEnd) in try await writer.write(text) }
        try await TestServer.run(routes: [route]) { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /stream") + request("GET /livez"))
            let answer = try client.readToEnd()
            #expect(answer.hasSuffix(text == "ab" ? "\r\n\r\nab" : "\r\n\r\n"))
        }
    }
}
