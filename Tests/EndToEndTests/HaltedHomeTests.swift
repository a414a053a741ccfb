import FoundationEssentials
import Glibc
import Testing

/// Restarts at the height and before it, which Cosmovisor meets with the old binary for ever or with
/// the new one too early (cosmos-sdk#22731, #23676, #22167).
@Suite(.serialized) struct HaltedHomeTests {
    /// A home as another supervisor left it: the block of the plan is stored, nothing of ours is there.
    private func halted(sdk: String, v1: [String: String] = [:]) async throws -> TestNode {
        let node = try TestNode(chain: ["sdk": sdk], v1: v1, v2: nil)
        try node.start()
        try await node.shows("a due plan") { $0.phase.waiting_for == "binary" }
        _ = try await node.stop()
        try node.remove("cosmovisor/.switchyard")
        try node.installV2()
        return node
    }

    @Test(arguments: Styles.all, [true, false])
    func `a home that stands at the height is upgraded by a supervisor that never saw it`(
        sdk: String, hasFile: Bool
    ) async throws {
        let node = try await halted(sdk: sdk)
        if !hasFile { try node.remove("data/upgrade-info.json") }
        try node.start()
        try await node.isUpgraded()
        // The old binary shows by its replay that the height is reached, once.
        #expect(node.ledger.starts == ["v1", "v1", "v2"])
        #expect(node.ledger.all("block", version: "v2").first?.details == "12")
    }

    @Test(arguments: Styles.all)
    func `without RPC and log its replay is seen twice, and that proves it`(sdk: String)
        async throws
    {
        let node = try await halted(sdk: sdk, v1: ["rpc": "off"])
        try node.remove("data/cs.wal")
        try node.write("", to: "data/blockstore.db")
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v1", "v1", "v2"])
    }

    @Test func `restarts before the height, with the file there, do not switch`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@150"])
        try node.write(#"{"name":"v2","height":150,"info":""}"#, to: "data/upgrade-info.json")
        try node.start()
        try await node.reaches(20, "v1")
        try await node.act("restart")
        try await node.reaches(node.ledger.height() + 5, "v1")
        #expect(try await node.stop() == 0)
        try node.start()
        try await node.reaches(152, "v2")
        #expect(node.ledger.starts == ["v1", "v1", "v1", "v2"])
        #expect(node.ledger.all("block", version: "v2").first?.details == "150")
        #expect(node.ledger.violations == [])
    }

    /// The one way in which RPC and log both stay silent: the proof is one more start.
    @Test(arguments: Styles.all, [true, false])
    func `without RPC and log a node that ends is started once more, and that proves it`(
        sdk: String, isEarly: Bool
    ) async throws {
        let node = try TestNode(
            chain: ["sdk": sdk], v1: ["rpc": "off", "halt": "blocksync"])
        try node.write("", to: "data/blockstore.db")
        if isEarly {
            try node.write(#"{"name":"v2","height":12,"info":""}"#, to: "data/upgrade-info.json")
            // Without a link beside such a file nobody can tell what the data belongs to.
            symlink("genesis", node.path + "/cosmovisor/current")
        }
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v1", "v2"])
    }

    @Test func `a signal after an upgrade reaches the new node alone, and once`() async throws {
        let node = try TestNode(v2: ["flush": "300"])
        try node.start()
        try await node.isUpgraded()
        #expect(try await node.stop() == 0)
        #expect(node.ledger.all("term", version: "v2").count == 1)
        #expect(node.ledger.all("end", version: "v2").map(\.details) == ["0"])
        #expect(node.ledger.lines.last?.event == "end")
    }
}
