import FoundationEssentials
import Glibc
import Testing

/// Data of another time or of another node, below a link that knows nothing of it.
@Suite(.serialized) struct RestoredDataTests {
    /// A log whose last height is that of other data.
    private func foreignLog() async throws -> Data {
        let other = try TestNode(chain: ["upgrades": "v2@1000000", "block_time": "5"])
        try other.start()
        try await other.reaches(60, "v1")
        _ = try await other.stop()
        return try Data(contentsOf: URL(filePath: other.path + "/data/cs.wal/wal"))
    }

    /// A snapshot brings the file of the last upgrade that its node halted at, and keys that are ahead.
    @Test(
        arguments: Styles.all,
        [#"{"name":"v0","height":5}"#, #"{"name":"v9","height":900000}"#, nil])
    func `a snapshot's file, keys and log of other data mislead nobody`(
        sdk: String, file: String?
    ) async throws {
        let node = try TestNode(chain: ["sdk": sdk, "upgrades": "v2@30"])
        if let file { try node.write(file, to: "data/upgrade-info.json") }
        try node.make("data/cs.wal")
        try await foreignLog().write(to: URL(filePath: node.path + "/data/cs.wal/wal"))
        try node.write(
            #"{"height":"100000","round":0,"step":3}"#, to: "data/priv_validator_state.json")
        try node.start()
        try await node.reaches(32, "v2")
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.ledger.all("block", version: "v2").first?.details == "30")
        #expect(node.ledger.violations == [])
    }

    /// Block sync leaves the log alone, so that what it tells is of other data for good.
    @Test(arguments: Styles.all, ["on", "off"])
    func `a node that catches up beside a log of other data is upgraded`(
        sdk: String, rpc: String
    ) async throws {
        let node = try TestNode(
            chain: ["sdk": sdk, "upgrades": "v2@30"], v1: ["halt": "blocksync", "rpc": rpc])
        try node.make("data/cs.wal")
        try await foreignLog().write(to: URL(filePath: node.path + "/data/cs.wal/wal"))
        try node.start()
        try await node.reaches(32, "v2")
        #expect(node.ledger.all("block", version: "v2").first?.details == "30")
        #expect(node.ledger.violations == [])
    }

    @Test(arguments: Styles.all)
    func `a signing state ahead of the data is no reason to switch`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk, "upgrades": "v2@60"])
        try node.write(#"{"name":"v2","height":60}"#, to: "data/upgrade-info.json")
        try node.write(
            #"{"height":"100000","round":0,"step":3}"#, to: "data/priv_validator_state.json")
        try node.start()
        try await node.reaches(62, "v2")
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.ledger.all("block", version: "v2").first?.details == "60")
        #expect(node.ledger.violations == [])
    }

    /// The network has decided against the upgrade: the old binary halts there until it is told more.
    @Test(arguments: Styles.all)
    func `a plan that was said no to is not carried out again after a rollback`(sdk: String)
        async throws
    {
        let node = try TestNode(chain: ["sdk": sdk])
        try node.start()
        try await node.isUpgraded()
        _ = try await node.stop()
        try rollBack(node)
        let hold = #"{"name":"v2","height":12,"reason":"rolled back"}"#
        try node.make("cosmovisor/.switchyard/plans")
        try node.write(
            #"{"name":"v2","hold":\#(hold)}"#, to: "cosmovisor/.switchyard/plans/v2.json")
        let halts = node.ledger.all("halt").count
        try node.start()
        try await eventually("the old binary halts there again\n\(node.log)") {
            node.ledger.all("halt").count > halts + 1
        }
        try await node.showsPlan("held") { $0.state == "cancelled" }
        #expect(node.current == "genesis")
        #expect(node.ledger.starts.filter { $0 == "v2" }.count == 1)
        _ = try await node.stop()
        #expect(node.current == "genesis")
    }

    private func rollBack(_ node: TestNode) throws {
        try node.remove("data")
        try FileManager.default.copyItem(
            atPath: node.path + "/data-backup-v2-12", toPath: node.path + "/data")
        try node.remove("cosmovisor/.switchyard")
        try node.remove("cosmovisor/current")
        symlink("genesis", node.path + "/cosmovisor/current")
    }
}
