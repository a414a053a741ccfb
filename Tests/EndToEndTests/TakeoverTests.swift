import Glibc
import Testing

/// Heights that operators set by Cosmovisor's means, and the node that is switched at them.
struct TakeoverTests {
    private static let sdk = "0.50.13"

    private func node(_ height: Int? = nil, chain: [String: String] = [:]) throws -> TestNode {
        let node = try TestNode.byHeight(height, sdk: Self.sdk, chain: chain)
        try node.install("upgrades/v3", ["version": "v3", "sdk": Self.sdk, "handlers": "v2"])
        return node
    }

    private func plan(_ name: String, _ height: Int) -> String {
        #"{"name":"\#(name)","time":"0001-01-01T00:00:00Z","height":\#(height)}"#
    }

    @Test func `what Cosmovisor was given is carried out at its heights`() async throws {
        let node = try node()
        try node.write(plan("v2", 12), to: "data/upgrade-info.json")
        #expect(chmod(node.path + "/data/upgrade-info.json", 0o755) == 0)
        try node.write("[\(plan("v3", 22))]", to: "data/upgrade-info.json.batch")
        try node.start()
        try await node.isUpgraded("v3", at: 22)
        #expect(node.ledger.starts == ["v1", "v2", "v3"])
        #expect(try node.read("cosmovisor/upgrades/v3/upgrade-info.json").contains("22"))
        #expect(node.current == "upgrades/v3")
        #expect(try await node.stop() == 0)
        try node.start()
        try await node.reaches(node.ledger.height() + 2, "v3")
        #expect(node.ledger.starts == ["v1", "v2", "v3", "v3"])
        #expect(try await node.stop() == 0)
    }

    @Test func `what was added while no supervisor ran is carried out at its height`() async throws
    {
        let node = try node()
        let binary = "cosmovisor/upgrades/v2/bin/simd"
        let result = try await node.switchyard("add-upgrade v2 \(binary) --upgrade-height 12")
        #expect(result.code == 0, "\(result)")
        try node.start()
        try await node.isUpgraded(at: 12)
        #expect(try await node.stop() == 0)
    }

    @Test func `what is added beside the node is carried out at its height`() async throws {
        let node = try node(chain: ["block_time": "100"])
        try node.start()
        try await node.shows("a height") { $0.height != nil }
        let binary = "cosmovisor/upgrades/v2/bin/simd"
        let height = node.ledger.height() + 80
        let result = try await node.switchyard(
            "add-batch-upgrade --upgrade-list "
                + "v2:\(binary):\(height),v3:\(binary.replacing("v2", with: "v3")):\(height + 10)")
        #expect(result.code == 0, "\(result)")
        #expect(result.output.contains("at its next start: restart it before"))
        try await node.act("restart")
        try await node.isUpgraded("v3", at: height + 10)
        #expect(node.ledger.all("block", version: "v2").first?.details == "\(height)")
        #expect(try await node.stop() == 0)
    }
}
