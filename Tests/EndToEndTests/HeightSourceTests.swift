import Glibc
import Testing

/// What tells heights, in the forms in which that fails.
@Suite(.serialized) struct HeightSourceTests {
    @Test func `the height is kept as a hint for when no node runs`() async throws {
        let node = try TestNode(chain: ["upgrades": ""])
        try node.start()
        try await eventually("it is written down\n\(node.log)") {
            let text = (try? node.read("cosmovisor/.switchyard/height")) ?? ""
            return text.hasSuffix("\n") && Int(text.dropLast()).map { $0 > 0 } == true
        }
        #expect(try await node.stop() == 0)
    }

    @Test(arguments: Styles.all)
    func `heights as numbers beside unknown members are understood`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk, "rpc_numbers": "true", "wal": "off"])
        try node.write("", to: "data/blockstore.db")
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.log.contains("stored and not applied"))
    }

    @Test(arguments: Styles.all)
    func `a log of ten megabytes proves the halt`(sdk: String) async throws {
        let node = try TestNode(
            chain: ["sdk": sdk, "rpc": "off"], v1: ["wal_padding": "10"])
        try node.start()
        try await node.reaches(16, "v2")
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.ledger.violations == [])
    }

    @Test(arguments: Styles.all)
    func `a log that is damaged in its middle is no harm where RPC answers`(sdk: String)
        async throws
    {
        let node = try TestNode(chain: ["sdk": sdk], v1: ["wal_damage": "5"])
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    /// What the log still tells is far below: nothing is switched on that, until the node itself ends.
    @Test(arguments: Styles.all)
    func `without RPC a damaged log proves nothing, and a restart proves it`(sdk: String)
        async throws
    {
        let node = try TestNode(chain: ["sdk": sdk, "rpc": "off"], v1: ["wal_damage": "5"])
        try node.start()
        try await eventually("the node halts") { node.ledger.has("halt") }
        try await node.shows("what is known") { $0.phase.reason?.contains("height 4") == true }
        #expect(node.current == "genesis")
        try await node.act("restart")
        try await node.reaches(16, "v2")
        #expect(node.ledger.starts == ["v1", "v1", "v2"])
        #expect(node.ledger.violations == [])
    }
}
