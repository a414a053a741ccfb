import Glibc
import Testing

@testable import API
@testable import Server
@testable import Supervisor

/// What is counted of real clients: answers, times, refusals and connections.
struct CountingTests {
    private typealias Refusal = HTTPCounters.Refusal
    private typealias Name = HTTPCounters.RequestName

    private let disk: TokensOnDisk
    private let token = Token()

    init() throws {
        disk = try TokensOnDisk()
        try disk.write([TokenEntry(token, .read)])
    }

    private static let operation = Route(.get, "/operation", scope: .operate) { _ in .text("ok") }

    /// Sends each in a connection of its own, to its end.
    private func expect(
        _ expected: Refusal, _ name: Name, limits: HTTPLimits = HTTPLimits(),
        to socket: any KeyPath<TestServer, String> & Sendable = \.unix, _ text: String
    ) async throws {
        try await TestServer.run(
            limits: limits, options: .testing(tokens: disk.book()),
            routes: [Self.operation, BodySink().route()]
        ) { server in
            let client = try Client(unix: server[keyPath: socket])
            client.send(text)
            #expect(try client.answers(1).first?.status == name.code)
            eventually { server.counters.snapshot.requests == [name: 1] }
            for refusal in Refusal.allCases {
                #expect(
                    server.counters.snapshot.refused[refusal] == (refusal == expected ? 1 : 0))
            }
        }
    }

    @Test(arguments: [
        ("GET /livez\r\n\r\n", 400), (request("BREW /livez"), 501),
        (request("GET /livez", "Expect: 200-ok"), 417), ("GET /livez HTTP/2.0\r\n\r\n", 505),
    ])
    func `what breaks a rule of HTTP is refused for its syntax`(
        text: String, code: Int
    ) async throws {
        try await expect(.syntax, Name(route: "unmatched", method: "other", code: code), text)
    }

    @Test func `chunks that break a rule are refused for their syntax`() async throws {
        let text = upload("Transfer-Encoding: chunked") + "x\r\n"
        try await expect(.syntax, Name(route: "/sink", method: "POST", code: 400), text)
    }

    @Test func `a foreign Host and a foreign origin are told apart`() async throws {
        try await expect(
            .host, Name(route: "/livez", method: "GET", code: 421),
            request("GET /livez", host: "evil.test"))
        try await expect(
            .origin, Name(route: "/v1/status", method: "GET", code: 403),
            request("GET /v1/status", "Origin: http://evil.test"))
    }

    @Test(arguments: ["Via: 1.1 nginx", "Authorization: Bearer x"])
    func `a proxy and a token that is none are refused for their credentials`(
        field: String
    ) async throws {
        let code = field.hasPrefix("Via") ? 403 : 401
        try await expect(
            .credentials, Name(route: "/v1/status", method: "GET", code: code),
            request("GET /v1/status", field))
    }

    @Test func `one without a token is refused for its credentials`() async throws {
        try await expect(
            .credentials, Name(route: "/v1/status", method: "GET", code: 401), to: \.token,
            request("GET /v1/status", host: "proxy.test"))
    }

    @Test func `a token that is too small is refused for its scope`() async throws {
        try await expect(
            .scope, Name(route: "/operation", method: "GET", code: 403),
            request("GET /operation", "Authorization: Bearer \(token.text)"))
    }

    @Test(arguments: [
        (request("GET /livez", "X: \(String(repeating: "x", count: 17_000))"), "unmatched", 431),
        (request("POST /nothing", "Content-Length: 99999999999999999999"), "unmatched", 413),
        (request("GET /livez", "Content-Length: 99999999"), "/livez", 413),
        (upload("Content-Length: 2147483648"), "/sink", 413),
    ])
    func `what is too large is refused for its limit`(
        text: String, route: String, code: Int
    ) async throws {
        let method = route == "/sink" ? "POST" : route == "/livez" ? "GET" : "other"
        try await expect(.limit, Name(route: route, method: method, code: code), text)
    }

    @Test func `a head and a body that do not come to their end are timeouts`() async throws {
        var limits = HTTPLimits()
        limits.headTime = .milliseconds(50)
        try await expect(
            .timeout, Name(route: "unmatched", method: "other", code: 408), limits: limits, "GET")
        limits = HTTPLimits()
        limits.stallTime = .milliseconds(50)
        try await expect(
            .timeout, Name(route: "/sink", method: "POST", code: 408), limits: limits,
            upload("Content-Length: 9") + "x")
    }

    @Test func `one that finds all others at work is refused for want of room`() async throws {
        var limits = HTTPLimits()
        limits.connections = 1
        let (arrivals, arrival) = AsyncStream<Void>.makeStream()
        let (steps, step) = AsyncStream<Void>.makeStream()
        let busy = Route(.get, "/busy", scope: nil) { _ in
            arrival.yield()
            await steps.first { true }
            return .text("done")
        }
        try await TestServer.run(limits: limits, routes: [busy]) { server in
            let first = try Client(unix: server.unix)
            first.send(request("GET /busy"))
            await arrivals.first { true }
            #expect(try Client(unix: server.unix).readToEnd() == "")
            #expect(server.counters.snapshot.refused[.capacity] == 1)
            step.yield()
            #expect(try first.answers(1).first?.status == 200)
            #expect(server.counters.snapshot.evictions[.unix] == 0)
        }
    }

    @Test func `connections go up and down, and evictions only up`() async throws {
        var limits = HTTPLimits()
        limits.connections = 2
        try await TestServer.run(limits: limits) { server in
            let counters = server.counters
            let clients = try (0..<2).map { _ in try Client(port: server.port) }
            for client in clients {
                #expect(try client.ask(request("GET /livez", host: server.host)).status == 200)
            }
            #expect(counters.snapshot.connections[.tcp] == 2)
            #expect(counters.snapshot.connections[.unix] == 0)
            let late = try Client(port: server.port)
            #expect(try late.ask(request("GET /livez", host: server.host)).status == 200)
            #expect(try clients[0].readToEnd() == "")
            eventually { counters.snapshot.connections[.tcp] == 2 }
            #expect(counters.snapshot.evictions[.tcp] == 1)
            #expect(counters.snapshot.evictions[.unix] == 0)
            late.endWriting()
            clients[1].endWriting()
            eventually { counters.snapshot.connections[.tcp] == 0 }
        }
    }

    @Test func `connections whose loop was given up do not count, nor when they end`() throws {
        let counters = HTTPCounters()
        let loop = try EventLoop(name: "table-test")
        let table = ConnectionTable(limit: 2, kind: .unix, loop: loop, counters: counters)
        let descriptor = try Descriptor(socket(AF_UNIX, streamSocketType, 0), call: "socket")
        let ticket = try #require(table.enter(descriptor))
        #expect(counters.snapshot.connections[.unix] == 1)
        table.retire()
        #expect(counters.snapshot.connections[.unix] == 0)
        let heir = try #require(table.successor(on: loop).enter(descriptor))
        ticket.leave()
        #expect(counters.snapshot.connections[.unix] == 1)
        heir.leave()
        #expect(counters.snapshot.connections[.unix] == 0)
    }

    @Test func `answers are timed by listener, streams and uploads are not`() async throws {
        let stream = StreamSource().route { writer throws(StreamEnd) in
            try await writer.write("x")
        }
        try await TestServer.run(routes: [stream, BodySink().route()]) { server in
            let unix = try Client(unix: server.unix)
            #expect(try unix.ask(request("GET /livez")).status == 200)
            #expect(try unix.ask(upload("Content-Length: 3") + "abc").status == 200)
            #expect(try unix.ask(request("GET /nothing")).status == 404)
            unix.send(request("GET /stream"))
            #expect(try unix.read(through: "0\r\n\r\n").hasPrefix("HTTP/1.1 200"))
            let tcp = try Client(port: server.port)
            #expect(try tcp.ask(request("GET /livez", host: server.host)).status == 200)
            let counted: [Name: Int] = [
                Name(route: "/livez", method: "GET", code: 200): 2,
                Name(route: "/sink", method: "POST", code: 200): 1,
                Name(route: "unmatched", method: "GET", code: 404): 1,
                Name(route: "/stream", method: "GET", code: 200): 1,
            ]
            eventually { server.counters.snapshot.requests == counted }
            let durations = server.counters.snapshot.durations
            #expect(durations[.unix]?.counts.reduce(0, +) == 2)
            #expect(durations[.tcp]?.counts.reduce(0, +) == 1)
        }
    }

    @Test func `a scrape shows what was counted`() async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            #expect(try client.ask(request("GET /v1/status")).status == 200)
            #expect(try client.ask(request("GET /livez", host: "evil.test")).status == 421)
            let text = try client.ask(request("GET /metrics"))
            let lines = Set(text.split(separator: "\n"))
            for line in [
                #"requests_total{route="/v1/status",method="GET",code="200"} 1"#,
                #"requests_total{route="/livez",method="GET",code="421"} 1"#,
                #"request_duration_seconds_count{listener="unix"} 2"#,
                #"refused_total{reason="host"} 1"#, #"connections{listener="unix"} 1"#,
                #"connections_evicted_total{listener="unix"} 0"#,
            ] {
                let isThere = lines.contains("switchyard_http_\(line)")
                #expect(isThere, "\(line)")
            }
        }
    }
}
