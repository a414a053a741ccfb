import Testing

@testable import Server

struct TimeTests {
    private static let short: HTTPLimits = {
        var limits = HTTPLimits()
        limits.headTime = .milliseconds(50)
        limits.stallTime = .milliseconds(50)
        limits.idleTime = .milliseconds(50)
        limits.lingerTime = .milliseconds(50)
        return limits
    }()

    @Test func `a head that takes too long is answered with 408`() async throws {
        try await TestServer.run(limits: Self.short) { server in
            let client = try Client(unix: server.unix)
            client.send("GET /livez HTTP/1.1\r\n")
            #expect(try client.readToEnd().status == 408)
        }
    }

    @Test func `a body that stalls is answered with 408`() async throws {
        try await TestServer.run(limits: Self.short) { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /livez", "Content-Length: 10") + "abc")
            #expect(try client.readToEnd().status == 408)
        }
    }

    @Test func `an idle connection is closed without a word`() async throws {
        try await TestServer.run(limits: Self.short) { server in
            #expect(try Client(unix: server.unix).readToEnd() == "")
            let used = try Client(unix: server.unix)
            #expect(try used.ask(request("GET /livez")).status == 200)
            #expect(try used.readToEnd() == "")
        }
    }

    @Test func `a client that does not read is given up`() async throws {
        try await TestServer.run(limits: Self.short) { server in
            let client = try Client(unix: server.unix)
            let many = String(repeating: request("GET /v1/status"), count: 1000)
            var goesOn = true
            for _ in 0..<100 where goesOn { goesOn = client.send(many) }
            #expect(!goesOn)
        }
    }
}
