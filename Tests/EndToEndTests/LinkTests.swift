import Glibc
import Supervisor
import Testing

/// A link `current` that is wrong when the supervisor starts.
struct LinkTests {
    @Test func `an absolute link of another place is followed and made relative`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        #expect(
            symlink("/home/app/.sim/cosmovisor/genesis", node.path + "/cosmovisor/current") == 0)
        try node.start()
        try await node.reaches(3, "v1")
        #expect(node.current == "genesis")
        #expect(try await node.stop() == 0)
    }

    @Test func `a link that is gone after an upgrade starts nothing until it is mended`()
        async throws
    {
        let node = try TestNode()
        try node.start()
        try await node.isUpgraded()
        #expect(try await node.stop() == 0)
        let starts = node.ledger.starts
        try node.remove("cosmovisor/current")
        try node.start()
        try await node.shows("blocked") { $0.phase.reason_code == "link_broken" }
        let phase = try node.status().phase
        #expect(phase.reason?.contains("upgrades/v2 was run here") == true)
        let short = try await node.switchyard("run version")
        #expect(short.code == 1 && short.output.isEmpty)
        #expect(short.errors.contains("upgrades/v2 was run here"))
        #expect(node.ledger.starts == starts)
        let remedy = try #require(phase.remedy?.split(separator: ": ").last)
        #expect(remedy == "ln -sfn upgrades/v2 \(node.path)/cosmovisor/current")
        _ = try await shell(String(remedy))
        let height = node.ledger.height()
        try await node.act("start")
        try await node.reaches(height + 2, "v2")
        #expect(try await node.stop() == 0)
    }
}
