import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// The unit is active when the supervisor stands, whatever the daemon does.
    @Suite struct StartTests {
        @Test func `a start is done though the daemon cannot be run`() async throws {
            let node = try await BoxedNode.ofOurUnit(settings: ["TimeoutStartSec=5"])
            try node.files.remove("cosmovisor/genesis/bin/simd")
            try node.files.write("no program\n", to: "cosmovisor/genesis/bin/simd")
            try await node.systemctl("start")
            try await node.becomes("ActiveState", "active")
            try await node.says(/^blocked.*: ./)
            try await node.systemctl("stop")
            #expect(node.ledger.starts == [])
        }

        @Test func `a start is done though a due plan has no binary`() async throws {
            let node = try await BoxedNode.halted()
            try await node.systemctl("start")
            try await node.says(/binary/)
            #expect(try await node.property("ActiveState") == "active")
            try await node.systemctl("stop")
            #expect(node.ledger.violations == [])
        }

        @Test func `a start is done though an upgrade before it takes longer`() async throws {
            let node = try await BoxedNode.halted()
            try node.files.installV2()
            try node.files.write(
                "#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.05; done\n", to: "cosmovisor/hook.sh")
            try await node.own()
            try await node.dropIn([
                "TimeoutStartSec=2", "Environment=COSMOVISOR_CUSTOM_PREUPGRADE=hook.sh",
            ])
            try await node.systemctl("start")
            try await node.says(/^upgrading .*v2/)
            #expect(try await node.property("ActiveState") == "active")
            try node.files.write("", to: "go")
            try await node.reaches(14, "v2")
            try await node.says(/^running at height/)
            try await node.systemctl("stop")
            #expect(node.ledger.violations == [])
        }

        @Test func `a start is done though the node is held`() async throws {
            let node = try await BoxedNode.ofOurUnit()
            try node.files.make("cosmovisor/.switchyard")
            try node.files.write(
                #"{"actor":"ops","reason":"moved","since":"2026-01-02T03:04:05Z"}"#,
                to: "cosmovisor/.switchyard/down")
            try await node.own()
            try await node.systemctl("start")
            try await node.says(/^idle, held by ops: moved$/)
            #expect(try await node.property("ActiveState") == "active")
            try await node.systemctl("stop")
            #expect(node.ledger.starts == [])
        }
    }
}

extension BoxedNode {
    /// One that is stopped at the height of a plan whose binary is not there.
    fileprivate static func halted() async throws -> BoxedNode {
        let node = try await BoxedNode.ofOurUnit(chain: ["upgrades": "v2@12"])
        try node.files.remove("cosmovisor/upgrades/v2")
        try await node.systemctl("start")
        try await node.waits(for: "the halt") { node.ledger.has("halt") }
        try await node.systemctl("stop")
        return node
    }
}
