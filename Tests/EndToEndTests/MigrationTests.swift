import Glibc
import Testing

/// The new binary at its first block, when it takes long, is killed or fails.
@Suite(.serialized) struct MigrationTests {
    @Test(arguments: Styles.all)
    func `a migration that is killed in its middle is begun again by the same binary`(sdk: String)
        async throws
    {
        let node = try TestNode(chain: ["sdk": sdk], v2: ["migration": "600000"])
        try node.start()
        try await eventually("the migration runs") { node.ledger.has("migrating") }
        // The next time it takes no longer than any other block.
        try node.write(
            "version=v2\nhandlers=v2\nnew_stores=v2\n",
            to: "cosmovisor/upgrades/v2/bin/simd.conf")
        kill(try #require(node.ledger.all("start", version: "v2").last).pid, SIGKILL)
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2", "v2"])
        #expect(node.ledger.all("pre-upgrade").count == 1)
        #expect(node.ledger.all("block", version: "v2").first?.details == "12")
    }

    /// An old binary that never stored the block leaves it to the new one, whose consensus then fails
    /// and hangs instead of ending: killed before the height was decided, or, up to 0.47, halted below
    /// it.
    @Test(arguments: ["0.47.5", "0.50"])
    func `a new binary that hangs in its handler is left as it is, unverified`(sdk: String)
        async throws
    {
        let isByHeight = sdk == "0.47.5"
        let node =
            try isByHeight
            ? .byHeight(
                12, sdk: sdk, chain: ["upgrades": "v2@12"],
                v2: ["handlers": "v2", "handler_fails": "true"])
            : TestNode(
                v1: ["optimistic": "never", "optimistic_rewrites": "1"],
                v2: ["handler_fails": "true"])
        try node.start()
        if !isByHeight {
            try await eventually("the file is there") { node.ledger.has("file") }
            kill(try #require(node.ledger.all("start").last).pid, SIGKILL)
        }
        try await eventually("the new binary hangs\n\(node.log)") {
            node.ledger.all("halt", version: "v2").contains { $0.details.hasSuffix("hang") }
        }
        try await node.shows("a provisional switch") { $0.plan == "v2" && $0.isProvisional }
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.ledger.height() == 11)
        #expect(!node.ledger.has("term", version: "v2"))
        #expect(try await node.stop() == 0)
        #expect(node.ledger.violations == [])
    }
}
