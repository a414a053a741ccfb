import Testing

/// The main job, by every way in which a chain asks for it.
@Suite struct UpgradeTests {
    @Test(arguments: ["0.47", "0.50"])
    func `a node that halts in consensus is upgraded`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk])
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.exists("data-backup-v2-12/upgrade-info.json"))
        #expect(node.ledger.all("pre-upgrade").count == 1)
        #expect(try await node.stop() == 0)
    }
}
