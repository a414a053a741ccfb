import FoundationEssentials
import Glibc
import Testing

/// Nodes in states that an upgrade must neither start from nor be misled by.
@Suite(.serialized) struct ChainBehaviourTests {
    @Test(
        arguments: Styles.all,
        [["wal_rotate": "12"], ["wal_torn": "true"], ["wal_rotate": "5"]])
    func `a log that was rotated or torn still proves the halt`(
        sdk: String, v1: [String: String]
    ) async throws {
        let node = try TestNode(chain: ["sdk": sdk, "rpc": "off"], v1: v1)
        try node.start()
        try await node.reaches(16, "v2")
        #expect(node.ledger.violations == [])
    }

    /// Of 0.46 and 0.47 alone: later ones end by such an error.
    @Test func `a node that lost its start lives on without RPC and ends in order`() async throws {
        let node = try TestNode(chain: ["sdk": "0.47"], v1: ["rpc": "lost"])
        try node.start()
        try await eventually("the node runs") { node.ledger.has("lock") }
        try await node.shows("a running daemon") { $0.daemon?.pid != nil && $0.height == nil }
        #expect(try await node.stop() == 0)
        #expect(node.ledger.starts == ["v1"])
    }

    /// "BINARY UPDATED BEFORE TRIGGER": with new stores at load, without at its first block.
    @Test(arguments: Styles.all, ["v2", ""])
    func `a new binary before its height harms nothing`(sdk: String, stores: String) async throws {
        let node = try TestNode(
            chain: ["sdk": sdk, "upgrades": "v2@120"], v2: ["new_stores": stores])
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
        try await node.reaches(122, "v2")
        #expect(node.ledger.all("block", version: "v2").first?.details == "120")
        #expect(node.ledger.violations == [])
    }

    /// "wrong app version": it halts at its next block, and nothing is switched for that.
    @Test(arguments: Styles.all)
    func `an old binary after the height is not upgraded by an old file`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk])
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

    /// Up to 0.47 the node ends there, and each start makes one more block.
    @Test(arguments: ["0.47.5", "0.50.9", "0.50.13"])
    func `an operator's halt height is no upgrade`(sdk: String) async throws {
        let isEnded = sdk == "0.47.5"
        let node = try TestNode(chain: ["sdk": sdk, "upgrades": "v2@1000000"])
        try node.start(arguments: ["--halt-height", "8"])
        if isEnded {
            #expect(try await node.ended() == 0)
            #expect(node.ledger.height() == 8)
            try node.start(arguments: ["--halt-height", "8"])
            #expect(try await node.ended() == 0)
        } else {
            try await eventually("the node halts") { node.ledger.has("halt") }
            #expect(try await node.stop() == 0)
        }
        #expect(node.current == "genesis")
        #expect(node.ledger.height() == (isEnded ? 9 : sdk == "0.50.9" ? 8 : 7))
        #expect(!node.exists("data/upgrade-info.json"))
        #expect(node.ledger.violations == [])
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
