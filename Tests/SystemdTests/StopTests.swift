import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// The end of the unit is the node's orderly end.
    @Suite struct StopTests {
        @Test func `a stop lasts as long as the node needs to flush`() async throws {
            let node = try await BoxedNode.ofOurUnit(
                v1: ["flush": "20000"], settings: ["TimeoutStopSec=5"])
            try await node.systemctl("start")
            try await node.reaches(3)
            try await node.systemctl("stop")
            #expect(node.ledger.all("end").map(\.details) == ["0"])
            #expect(try await node.property("Result") == "success")
            #expect(try await node.property("ActiveState") == "inactive")
        }

        @Test func `a stop that times out ends the node in order nevertheless`() async throws {
            let node = try await BoxedNode.ofOurUnit(
                v1: ["flush": "500"], settings: ["TimeoutStopSec=2"])
            try await node.hangsWhenAsked()
            try await node.systemctl("start")
            try await node.reaches(3)
            let pid = try #require(node.ledger.lines.first).pid
            try await node.hang()
            try await node.systemctl("stop")
            #expect(node.ledger.all("term").count == 1)
            #expect(node.ledger.all("end").map(\.details) == ["0"])
            #expect(throws: (any Error).self) { try node.box.process(pid) }
            #expect(try await node.property("Result") == "timeout")
            #expect(try await node.log.contains("left the daemon running"))
        }

        @Test func `a reload leaves the node alone`() async throws {
            let node = try await BoxedNode.ofOurUnit()
            try await node.systemctl("start")
            try await node.reaches(3)
            try await node.systemctl("reload")
            try await node.becomes("ActiveState", "active")
            try await node.goesOn()
            let log = try await node.log
            #expect(log.contains("reloaded: the plan file"))
            #expect(log.contains("Reloaded switchyard@"))
            #expect(node.ledger.starts == ["v1"])
            #expect(!node.ledger.has("term"))
            try await node.systemctl("stop")
            #expect(try await node.property("Result") == "success")
        }
    }
}
