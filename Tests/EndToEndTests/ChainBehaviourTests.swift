import FoundationEssentials
import Glibc
import Testing

/// Nodes in states that an upgrade must neither start from nor be misled by.
@Suite(.serialized) struct ChainBehaviourTests {
    @Test(arguments: [["wal_rotate": "12"], ["wal_torn": "true"], ["wal_rotate": "5"]])
    func `a log that was rotated or torn still proves the halt`(v1: [String: String]) async throws {
        let node = try TestNode(chain: ["rpc": "off"], v1: v1)
        try node.start()
        try await node.reaches(16, "v2")
        #expect(node.ledger.violations == [])
    }

    @Test func `a node that lost its start lives on without RPC and ends in order`() async throws {
        let node = try TestNode(v1: ["rpc": "lost"])
        try node.start()
        try await eventually("the node runs") { node.ledger.has("lock") }
        try await node.shows("a running daemon") { $0.daemon?.pid != nil && $0.height == nil }
        #expect(try await node.stop() == 0)
        #expect(node.ledger.starts == ["v1"])
    }

    /// "BINARY UPDATED BEFORE TRIGGER": with new stores at load, without at its first block.
    @Test(arguments: ["v2", ""])
    func `a new binary before its height harms nothing`(stores: String) async throws {
        let node = try TestNode(chain: ["upgrades": "v2@200"], v2: ["new_stores": stores])
        try node.start()
        try await node.reaches(5, "v1")
        try await node.stop()
        unlink(node.path + "/cosmovisor/current")
        symlink("upgrades/v2", node.path + "/cosmovisor/current")
        try node.start()
        try await eventually("the new binary refuses") {
            node.ledger.lines.contains {
                $0.version == "v2" && ($0.event == "halt" || $0.event == "panic")
            }
        }
        _ = try await node.stop()
        unlink(node.path + "/cosmovisor/current")
        symlink("genesis", node.path + "/cosmovisor/current")
        try node.start()
        try await node.reaches(202, "v2")
        #expect(node.ledger.violations == [])
    }

    /// "wrong app version": it halts at its next block, and nothing is switched for that.
    @Test func `an old binary after the height is not upgraded by an old file`() async throws {
        let node = try TestNode()
        try node.start()
        try await node.isUpgraded()
        try await node.stop()
        unlink(node.path + "/cosmovisor/current")
        symlink("genesis", node.path + "/cosmovisor/current")
        let starts = node.ledger.all("start", version: "v1").count
        try node.start()
        try await eventually("the old binary halts") {
            node.ledger.all("halt", version: "v1").count >= 2
        }
        try await node.shows("a passed plan") { $0.phase.reason?.contains("passed") == true }
        #expect(node.current == "genesis")
        #expect(node.ledger.all("start", version: "v1").count == starts + 1)
        _ = try await node.stop()
        unlink(node.path + "/cosmovisor/current")
        symlink("upgrades/v2", node.path + "/cosmovisor/current")
        let height = node.ledger.height()
        try node.start()
        try await node.reaches(height + 2, "v2")
        #expect(node.ledger.violations == [])
    }

    @Test func `an operator's halt height is no upgrade`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        try node.start(arguments: ["--halt-height", "8"])
        try await eventually("the node halts") { node.ledger.has("halt") }
        let height = node.ledger.height()
        #expect(try await node.stop() == 0)
        #expect(node.current == "genesis")
        #expect(height <= 8)
        #expect(!node.exists("data/upgrade-info.json"))
    }

    @Test func `a name with spaces and capitals finds its folder`() async throws {
        let node = try TestNode(chain: ["upgrades": "My Upgrade@12"], v2: nil)
        try node.install(
            "upgrades/my%20upgrade",
            ["version": "v2", "handlers": "My Upgrade", "new_stores": "My Upgrade"])
        try node.start()
        try await node.reaches(16, "v2")
        #expect(node.current == "upgrades/my%20upgrade")
        #expect(node.exists("data-backup-my%20upgrade-12"))
        #expect(node.ledger.violations == [])
    }
}
