import Testing

@testable import API
@testable import Server
@testable import Supervisor

struct DrainTests {
    private let source = StreamSource()

    /// Waits until it is cancelled.
    private static func untilCancelled() async {
        let (nothing, never) = AsyncStream<Never>.makeStream()
        for await _ in nothing {}
        never.finish()
    }

    @Test func `streams are told and end whole`() async throws {
        let route = source.route { writer throws(StreamEnd) in
            try await writer.write("hello")
            await Self.untilCancelled()
            try await writer.write("bye")
        }
        try await TestServer.run(routes: [route]) { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /stream"))
            _ = try client.read(through: "hello\r\n")
            server.server.stop(within: .seconds(5))
            #expect(try client.readToEnd() == "3\r\nbye\r\n0\r\n\r\n")
            #expect(await source.next() == .some(nil))
        }
    }

    @Test func `a body of known length is written to its end`() async throws {
        let (steps, step) = AsyncStream<Void>.makeStream()
        let route = source.route(6) { writer throws(StreamEnd) in
            try await writer.write("abc")
            await steps.first { true }
            try await writer.write("def")
        }
        try await TestServer.run(routes: [route]) { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /stream"))
            _ = try client.read(through: "abc")
            let idle = try Client(unix: server.unix)
            #expect(try idle.ask(request("GET /livez")).status == 200)
            server.server.stop(within: .seconds(5))
            #expect(try idle.readToEnd() == "")
            step.yield()
            #expect(try client.readToEnd() == "def")
        }
    }

    @Test func `who has just connected is answered, though the server has begun to stop`()
        async throws
    {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            // It was accepted before another that is answered.
            let other = try Client(unix: server.unix)
            #expect(try other.ask(request("GET /livez")).status == 200)
            server.server.stop(within: .seconds(5))
            #expect(try other.readToEnd() == "")
            #expect(try client.ask(request("GET /livez")).status == 200)
            #expect(try client.readToEnd() == "")
        }
    }

    @Test func `reads that arrive are answered, writes are refused`() async throws {
        let sink = BodySink()
        try await TestServer.run(routes: [sink.route()]) { server in
            let reading = try Client(unix: server.unix)
            reading.send("HEAD /livez HTTP/1.1\r\n")
            let writing = try Client(unix: server.unix)
            writing.send("POST /sink HTTP/1.1\r\nHost: localhost\r\n")
            // Both have begun when another is answered.
            let idle = try Client(unix: server.unix)
            #expect(try idle.ask(request("GET /livez")).status == 200)
            server.server.stop(within: .seconds(5))
            #expect(try idle.readToEnd() == "")
            reading.send("Host: localhost\r\n\r\n")
            let answer = try reading.readToEnd()
            #expect(answer.status == 200)
            #expect(answer.contains("Connection: close\r\n"))
            // Refused whatever the body, which is not read.
            writing.send("Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            let refused = try writing.readToEnd()
            #expect(refused.status == 503)
            #expect(refused.contains("Retry-After: 5\r\n"))
            #expect(refused.contains("Connection: close\r\n"))
            #expect(refused.contains(#""type":"/problems/draining""#))
        }
    }

    @Test func `an upload in hand goes on until it is cut off`() async throws {
        let sink = BodySink()
        try await TestServer.run(routes: [sink.route()]) { server in
            let finishing = try Client(unix: server.unix)
            let cut = try Client(unix: server.unix)
            for client in [finishing, cut] {
                client.send(upload("Expect: 100-continue", "Content-Length: 6"))
                _ = try client.read(through: "100 Continue\r\n\r\n")
            }
            server.server.stop(within: .milliseconds(200))
            finishing.send("abcdef")
            #expect(try finishing.readToEnd().status == 200)
            #expect(await sink.next() == .success(Array("abcdef".utf8)))
            #expect(await sink.next() == .failure(.clientGone))
            #expect(try cut.readToEnd() == "")
        }
    }

    @Test(arguments: [true, false])
    func `who waits within a route is told when it drains, or the client leaves`(
        drains: Bool
    ) async throws {
        let (ends, end) = AsyncStream<Bool>.makeStream()
        let (begins, begin) = AsyncStream<Void>.makeStream()
        let route = Route(.get, "/wait", scope: nil) { call in
            let isCancelled = await call.request.client.attend {
                begin.yield()
                await Self.untilCancelled()
                return Task.isCancelled
            }
            end.yield(isCancelled)
            return .text("waited")
        }
        try await TestServer.run(routes: [route]) { server in
            do {
                let client = try Client(unix: server.unix)
                client.send(request("GET /wait"))
                await begins.first { true }
                if drains {
                    server.server.stop(within: .seconds(5))
                    #expect(try client.readToEnd().hasSuffix("waited"))
                }
            }
            #expect(await ends.first { _ in true } == true)
        }
    }
}
