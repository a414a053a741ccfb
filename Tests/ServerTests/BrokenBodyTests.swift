import Testing

@testable import API
@testable import Server

/// Bodies that do not come to their end, as the route and the client see it.
struct BrokenBodyTests {
    private let sink = BodySink()

    @Test(arguments: ["Content-Length: 100", "Transfer-Encoding: chunked"])
    func `a client that dies in the middle is told of to the route`(field: String) async throws {
        try await TestServer.run(routes: [sink.route()]) { server in
            do {
                let client = try Client(unix: server.unix)
                client.send(upload(field) + "5\r\nabcde")
            }
            #expect(await sink.next() == .failure(.clientGone))
            #expect(try Client(unix: server.unix).ask(request("GET /livez")).status == 200)
        }
    }

    @Test func `a client that stalls is answered 408`() async throws {
        var limits = HTTPLimits()
        limits.stallTime = .milliseconds(50)
        try await TestServer.run(limits: limits, routes: [sink.route()]) { server in
            let client = try Client(unix: server.unix)
            client.send(upload("Content-Length: 100") + "abc")
            let answer = try client.readToEnd()
            #expect(answer.status == 408)
            #expect(answer.contains("Connection: close\r\n"))
            #expect(await sink.next() == .failure(.stalled))
        }
    }

    @Test(arguments: ["zz\r\n", "3\r\nabcd\r\n", "3\r\nabc\r\n-1\r\n", "0\r\n: x\r\n\r\n"])
    func `broken chunks are answered 400`(chunks: String) async throws {
        try await TestServer.run(routes: [sink.route()]) { server in
            let client = try Client(unix: server.unix)
            client.send(upload("Transfer-Encoding: chunked") + chunks)
            let answer = try client.readToEnd()
            #expect(answer.status == 400)
            #expect(answer.contains("Connection: close\r\n"))
            #expect(await sink.next() == .failure(.malformed))
        }
    }

    @Test func `more than the route takes is answered 413`() async throws {
        let route = sink.route(takes: .bytes(type: "application/octet-stream", limit: 4))
        try await TestServer.run(routes: [route]) { server in
            let declared = try Client(unix: server.unix)
            declared.send(upload("Content-Length: 5", "Expect: 100-continue"))
            #expect(try declared.readToEnd().status == 413)
            let chunked = try Client(unix: server.unix)
            chunked.send(upload("Transfer-Encoding: chunked") + "5\r\nabcde\r\n0\r\n\r\n")
            #expect(try chunked.answers(1).first?.status == 413)
            #expect(await sink.next() == .failure(.tooLarge(limit: 4)))
            #expect(try chunked.ask(request("GET /livez")).status == 200)
        }
    }

    @Test func `a body must keep up a pace, and only waiting counts`() {
        func moves(_ steps: [(bytes: Int, then: Duration)]) -> [Bool] {
            var pace = BodyPace(stretch: .seconds(30), floor: 100)
            return steps.map { step in
                if step.bytes > 0 { pace.receive(step.bytes) }
                return pace.wait(step.then)
            }
        }
        #expect(moves([(0, .seconds(29)), (0, .seconds(1))]) == [true, false])
        #expect(moves([(1, .seconds(20)), (98, .seconds(10))]) == [true, false])
        #expect(moves([(1, .seconds(20)), (99, .seconds(10))]) == [true, true])
        // The second stretch begins with ten seconds of silence behind it.
        #expect(
            moves([(50, .seconds(20)), (50, .seconds(10)), (0, .seconds(20))])
                == [true, true, false])
        #expect(
            moves([(100, .seconds(30)), (0, .seconds(1))]) == [false, false])
    }
}
