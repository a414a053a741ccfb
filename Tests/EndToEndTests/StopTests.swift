import Glibc
import Testing

/// The daemon is ended gently, and always until it has ended.
@Suite(.serialized) struct StopTests {
    @Test func `a node that needs seconds to flush is given them`() async throws {
        let node = try TestNode(v1: ["flush": "2000"])
        try node.start()
        try await node.isUpgraded()
        let term = try #require(node.ledger.all("term", version: "v1").first)
        let end = try #require(node.ledger.all("end", version: "v1").first)
        #expect(end.time - term.time > 1_900_000_000)
    }

    @Test func `a node that ignores TERM is killed after its grace`() async throws {
        let node = try TestNode(v1: ["ignore_term": "true"])
        try node.start(["DAEMON_SHUTDOWN_GRACE": "1s"])
        try await node.isUpgraded()
        #expect(!node.ledger.has("end", version: "v1"))
    }

    @Test func `a wrapper script's node is waited for`() async throws {
        let node = try TestNode(v1: ["wrapper": "true", "flush": "1500"])
        try node.start()
        try await node.isUpgraded()
        let end = try #require(node.ledger.all("end", version: "v1").first)
        let start = try #require(node.ledger.all("start", version: "v2").first)
        #expect(end.time < start.time)
    }

    @Test func `a node that outlives its wrapper is stopped before the next start`() async throws {
        let node = try TestNode(
            chain: ["upgrades": "v2@1000000"],
            v1: ["wrapper": "true", "wrapper_exit_after": "400", "wrapper_exit": "1"])
        try node.start()
        try await eventually("a second start") { node.ledger.all("start").count >= 2 }
        try await node.stop()
        #expect(node.ledger.violations == [])
        let ends = node.ledger.all("end").map(\.time)
        let starts = node.ledger.all("start").map(\.time)
        for (end, next) in zip(ends, starts.dropFirst()) { #expect(end < next) }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGQUIT])
    func `a signal stops the node in order`(signal: Int32) async throws {
        let node = try TestNode(v1: ["flush": "300", "term_exit": "42"])
        try node.start()
        try await node.reaches(3, "v1")
        #expect(try await node.stop(signal) == 42)
        #expect(node.ledger.all("term").count == 1)
        #expect(node.ledger.has("end"))
    }

    @Test func `a daemon that dies by a signal is our 128 and more`() async throws {
        let node = try TestNode(v1: ["crash_at": "5"])
        try node.start(["SWITCHYARD_RESTART": "no"])
        #expect(try await node.ended() == 3)
        let other = try TestNode(v1: ["halt": "signal:KILL"], v2: nil)
        try other.start(["SWITCHYARD_RESTART": "no"])
        try await other.shows("a blocked upgrade") { $0.isBlocked }
        #expect(try await other.stop() == 0)
    }

    @Test func `a second signal changes nothing`() async throws {
        let node = try TestNode(v1: ["flush": "1500"])
        try node.start()
        try await node.reaches(3, "v1")
        node.signal(SIGTERM)
        try await eventually("TERM arrived") { node.ledger.has("term") }
        node.signal(SIGTERM)
        node.signal(SIGINT)
        #expect(try await node.ended() == 0)
        #expect(node.ledger.all("term").count == 1)
        #expect(node.ledger.has("end"))
    }

    @Test func `HUP reloads and leaves the node alone`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        try node.start()
        try await node.reaches(3, "v1")
        node.signal(SIGHUP)
        try await eventually("the reload is logged") { node.log.contains("reloaded") }
        let height = node.ledger.height()
        try await node.reaches(height + 5, "v1")
        #expect(node.ledger.starts == ["v1"])
        #expect(try await node.stop() == 0)
    }
}
