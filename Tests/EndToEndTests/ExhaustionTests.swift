import Glibc
import Testing

/// A supervisor that has no descriptors left.
@Suite(.serialized) struct ExhaustionTests {
    @Test func `it neither dies nor spins, and answers when it has some again`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        try node.start()
        try await node.reaches(3, "v1")
        try await node.shows("a running node") { $0.phase.name == "running" }
        let pid = try #require(node.supervisor?.pid)
        try await Self.limit(pid, to: try ProcessState.descriptors(pid) + 2)
        let clients = try (0..<40).map { _ in try UnixClient.open(node.socket) }
        let ticks = try #require(ProcessState.ticks(pid))
        let start = ContinuousClock.now
        let height = node.ledger.height(of: "v1")
        try await node.reaches(height + 50, "v1")
        let used = try #require(ProcessState.ticks(pid)) - ticks
        let passed = ContinuousClock.now - start
        // Of a hundred ticks a second one core has; who spins takes them all.
        #expect(Double(used) < passed / .seconds(1) * 50)
        for client in clients { close(client) }
        try await Self.limit(pid, to: 1024)
        try await node.shows("the same daemon") { $0.daemon?.restarts == 0 }
        #expect(node.log.contains("no descriptors for new connections"))
        #expect(try await node.stop() == 0)
        #expect(node.ledger.violations == [])
    }

    private static func limit(_ pid: pid_t, to count: Int) async throws {
        let program = try TestProcess(
            "/usr/bin/prlimit", ["--pid", "\(pid)", "--nofile=\(count):1024"], environment: [:],
            log: "/dev/null")
        try await eventually("the limit is set") { program.exitCode() == 0 }
    }
}
