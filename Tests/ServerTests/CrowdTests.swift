import Glibc
import Testing

@testable import API
@testable import Server
@testable import Supervisor

/// Many clients at once; one test after the other, for each needs thousands of descriptors.
@Suite(.serialized) struct CrowdTests {
    /// Lets this process have as many descriptors as it may.
    private static func raiseLimit(to wanted: Int) throws {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        try #require(getrlimit(resource, &limit) == 0)
        limit.rlim_cur = limit.rlim_max
        try #require(setrlimit(resource, &limit) == 0)
        try #require(limit.rlim_cur >= rlim_t(wanted))
    }

    @Test func `two thousand idle connections are held`() async throws {
        try Self.raiseLimit(to: 15_000)
        var limits = HTTPLimits()
        limits.connections = 2100
        try await TestServer.run(limits: limits) { server in
            let clients = try (0..<2000).map { index in
                index % 2 == 0 ? try Client(port: server.port) : try Client(unix: server.unix)
            }
            for _ in 0..<2 {
                for client in clients {
                    #expect(
                        try client.ask(request("GET /livez", host: server.host)).status == 200)
                }
            }
        }
    }

    @Test func `a thousand slow clients delay nobody on any listener`() async throws {
        try Self.raiseLimit(to: 15_000)
        let ping = Route(.get, "/ping", scope: nil) { _ in .text("pong") }
        try await TestServer.run(routes: [ping]) { server in
            let slow = try SlowClients(1000, port: server.port)
            slow.begin()
            defer { slow.end() }
            eventually { slow.rounds >= 2 }
            for listener in Listener.allCases {
                // The machine may be busy with other things; five times in a row is us.
                let isPrompt = try (0..<5).contains { _ in
                    try listener.medianTime(of: 21, at: server) < .milliseconds(50)
                }
                #expect(isPrompt, "\(listener)")
            }
            // They were at it all the time.
            let last = slow.rounds
            eventually { slow.rounds > last }
        }
    }

    @Test func `connections leave descriptors for the supervisor`() {
        let limits = HTTPLimits()
        #expect(limits.connections(for: 3, descriptors: 65_536) == 256)
        #expect(limits.connections(for: 3, descriptors: 364) == 100)
        #expect(limits.connections(for: 2, descriptors: 66) == 1)
        #expect(limits.connections(for: 2, descriptors: 20) == 1)
        #expect(limits.connections(for: 0, descriptors: 1024) == 256)
    }
}

extension CrowdTests {
    private enum Listener: CaseIterable {
        case tcp, unix, token

        private func client(of server: TestServer) throws -> Client {
            switch self {
            case .tcp: try Client(port: server.port)
            case .unix: try Client(unix: server.unix)
            case .token: try Client(unix: server.token)
            }
        }

        /// From before the connection to the answer.
        func medianTime(of tries: Int, at server: TestServer) throws -> Duration {
            let times = try (0..<tries).map { _ in
                let start = ContinuousClock.now
                let host = self == .token ? "proxy.test" : server.host
                let answer = try client(of: server).ask(request("GET /ping", host: host))
                #expect(answer.status == 200, "\(self): \(answer)")
                return ContinuousClock.now - start
            }
            return times.sorted()[tries / 2]
        }
    }
}

/// Clients that send their heads byte by byte and never come to an end; one that is thrown out
/// comes back.
private final class SlowClients: Sendable {
    private let port: UInt16
    private let state: Locked<State>

    private struct State {
        var sockets: [Client]
        var rounds = 0
        var isOver = false
    }

    init(_ count: Int, port: UInt16) throws {
        self.port = port
        state = Locked(State(sockets: try (0..<count).map { _ in try Client(port: port) }))
    }

    var rounds: Int { state.withLock(\.rounds) }

    func begin() {
        spawnThread { self.run() }
    }

    func end() {
        state.withLock { $0.isOver = true }
    }

    private func run() {
        var sockets = state.withLock(\.sockets)
        let head = Array(request("GET /livez", "X: " + String(repeating: "x", count: 8000)).utf8)
        var sent = 0
        while !state.withLock(\.isOver) {
            var returns = 0
            for index in sockets.indices where sockets[index].sendWhatFits(of: [head[sent]]) == 0 {
                // All at once would be another attack, a flood.
                guard returns < 50, let again = try? Client(port: port) else { continue }
                sockets[index] = again
                returns += 1
            }
            sent = (sent + 1) % 8000
            state.withLock { $0.rounds += 1 }
            // The clients' own slowness, which nobody waits for.
            usleep(50_000)
        }
    }
}
