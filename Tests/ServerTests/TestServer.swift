import FoundationEssentials
import Logging
import Testing

@testable import API
@testable import Server
@testable import Supervisor

/// A server in this process, on a Unix socket, a token socket and a TCP port.
struct TestServer {
    let directory: TemporaryDirectory
    let server: HTTPServer
    let board: StatusBoard
    let counters: HTTPCounters

    var unix: String { directory.path + "/api.sock" }
    var token: String { directory.path + "/token.sock" }
    var port: UInt16 { server.ports[0] }
    var host: String { "localhost:\(port)" }

    /// Runs the body beside a running server, and stops that afterwards.
    ///
    /// - Parameter routes: served beside those there are.
    static func run(
        limits: HTTPLimits = HTTPLimits(), options: ListenOptions = .testing(),
        grace: Duration = .seconds(5), routes: [Route] = [],
        _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        let loop = try EventLoop(name: "http-test")
        loop.start()
        let directory = try TemporaryDirectory()
        let board = StatusBoard(.bare)
        // No control loop turns here; what is asked of it must not depend on how long a test takes.
        for part in VitalPart.allCases { board.beat(part, at: .now + .seconds(3600)) }
        let log = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let node = NodeSupervisor(
            setup: Setup(
                home: Home(path: directory.path, daemonName: "simd"), arguments: ["start"],
                environment: [], version: "test"),
            board: board, loop: loop, pool: try BlockingPool(threads: 1), log: log)
        let counters = HTTPCounters()
        let server = try HTTPServer(
            [
                .unix(path: directory.path + "/api.sock", callers: .peer),
                .unix(path: directory.path + "/token.sock", callers: .token),
                .tcp(host: "127.0.0.1", port: 0),
            ], options: options,
            router: Router(routes: Router(node: node, http: counters).routes + routes), loop: loop,
            limits: limits, counters: counters, log: log)
        try await withThrowingTaskGroup { group in
            group.addTask(executorPreference: loop) { await server.run() }
            try await body(
                TestServer(
                    directory: directory, server: server, board: board, counters: counters))
            server.stop(within: grace)
            try await group.waitForAll()
        }
        loop.stop()
    }
}

extension ListenOptions {
    /// Clients call the token socket `proxy.test`.
    static func testing(
        tokens: TokenBook = .empty, hosts: [String] = ["proxy.test"]
    ) -> ListenOptions {
        var options = ListenOptions()
        options.hosts = AllowedHosts(hosts) ?? .none
        options.tokens = tokens
        return options
    }
}

extension Status {
    /// A running node of which nothing more is known.
    static var bare: Status {
        Status(
            instance: "test",
            supervisor: SupervisorFacts(
                version: "0", pid: 1, startedAt: .now, resumed: .fresh, watchdog: false),
            phase: PhaseFacts(name: .running, since: .now), plans: [])
    }
}
