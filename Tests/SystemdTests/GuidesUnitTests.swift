import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// The unit of the upgrade guides, with nothing changed but the program.
    @Suite struct GuidesUnitTests {
        @Test func `it carries the node through the upgrade and ends it in order`() async throws {
            let node = try await BoxedNode.ofTheGuidesUnit(chain: ["upgrades": "v2@12"])
            try await node.systemctl("start")
            try await node.reaches(14, "v2")
            #expect(node.files.current == "upgrades/v2")
            try await node.systemctl("stop")
            #expect(node.ledger.starts == ["v1", "v2"])
            #expect(node.ledger.all("end", version: "v2").map(\.details) == ["0"])
            #expect(node.ledger.violations == [])
            #expect(try await node.property("Result") == "success")
        }
    }
}
