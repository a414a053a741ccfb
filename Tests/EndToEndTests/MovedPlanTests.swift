import FoundationEssentials
import Glibc
import Testing

/// Plans that the chain moves, cancels or makes anew.
@Suite(.serialized) struct MovedPlanTests {
    private let early = #"{"name":"v2","height":40,"info":""}"#

    /// Cosmovisor looks for higher heights alone until it is restarted.
    @Test func `a plan that is moved to a lower height is carried out there`() async throws {
        let node = try TestNode(
            chain: ["upgrades": "v2@50"], v1: ["early_write": "v2@500"])
        try node.start()
        try await node.reaches(52, "v2")
        #expect(node.ledger.has("early-file"))
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.ledger.all("block", version: "v2").first?.details == "50")
        #expect(node.ledger.violations == [])
    }

    @Test func `a plan that is made anew under its name is carried out at its new height`()
        async throws
    {
        let node = try TestNode(chain: ["upgrades": "v2@80"])
        try node.write(early, to: "data/upgrade-info.json")
        try node.start()
        try await node.reaches(82, "v2")
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.ledger.all("block", version: "v2").first?.details == "80")
        #expect(node.ledger.violations == [])
    }

    @Test func `the file of a plan that was cancelled switches nothing, nor after restarts`()
        async throws
    {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"], v1: ["early_write": "v2@40"])
        try node.start()
        try await node.reaches(60, "v1")
        try await node.shows("a passed plan") { $0.phase.reason?.contains("passed") == true }
        #expect(!node.ledger.has("term"))
        _ = try await node.stop()
        // That binary no longer writes it.
        try node.write("version=v1\n", to: "cosmovisor/genesis/bin/simd.conf")
        try node.start()
        try await node.shows("it passed again") { $0.phase.reason?.contains("passed") == true }
        try await node.reaches(node.ledger.height() + 20, "v1")
        #expect(node.ledger.starts == ["v1", "v1"])
        #expect(node.current == "genesis")
        #expect(node.ledger.violations == [])
    }

    @Test(arguments: Styles.all)
    func `a file put there for the very height that is applied never switches`(sdk: String)
        async throws
    {
        let node = try TestNode(
            chain: ["sdk": sdk, "upgrades": "v2@1000000", "block_time": "300"])
        try node.start()
        for round in 1...3 {
            try await node.reaches(round * 3, "v1")
            let height = node.ledger.height()
            try node.write(
                #"{"name":"v2","height":\#(height)}"#, to: "data/upgrade-info.json")
            try await node.reaches(height + 2, "v1")
        }
        #expect(!node.ledger.has("term"))
        #expect(node.ledger.starts == ["v1"])
        #expect(node.current == "genesis")
        #expect(node.ledger.violations == [])
    }

    @Test func `upgrades of two blocks in a row are both carried out`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@12,v3@13"])
        try node.install(
            "upgrades/v3", ["version": "v3", "handlers": "v2,v3", "new_stores": "v3"])
        try node.start()
        try await node.reaches(15, "v3")
        try await node.shows("v3, verified") { $0.plan == "v3" && !$0.isProvisional }
        #expect(node.ledger.starts == ["v1", "v2", "v3"])
        #expect(node.ledger.all("block", version: "v2").map(\.details) == ["12"])
        #expect(node.ledger.violations == [])
    }

    @Test(arguments: Styles.all)
    func `an upgrade at the chain's first block is carried out`(sdk: String) async throws {
        let node = try TestNode(
            chain: ["upgrades": "v2@1", "sdk": sdk], v2: ["new_stores": ""])
        try node.start()
        try await node.reaches(3, "v2")
        try await node.shows("v2, verified") { $0.plan == "v2" && !$0.isProvisional }
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.ledger.all("block").first?.details == "1")
        #expect(node.ledger.violations == [])
    }
}
