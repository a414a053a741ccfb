import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// Memory belongs to the node; who runs out of it is the node.
    @Suite struct MemoryTests {
        @Test func `a node that runs out of memory is restarted by its supervisor`() async throws {
            let node = try await BoxedNode.ofOurUnit(
                v1: ["allocate": "800@10"], settings: ["MemoryMax=400M", "MemorySwapMax=0"])
            guard node.box.limitsMemory else {
                try Test.cancel("this host's cgroups give the box no memory controller")
            }
            try await node.systemctl("start")
            try await node.reaches(3)
            let supervisor = try await node.mainPID
            try await node.waits(for: "another start") { node.ledger.all("start").count == 2 }
            try await node.goesOn()
            #expect(node.ledger.has("allocate"))
            #expect(node.ledger.violations == [])
            #expect(try await node.mainPID == supervisor)
            #expect(try await node.property("NRestarts") == "0")
            try await node.systemctl("stop")
        }

        @Test(.enabled(if: Box.mayProtect, "CAP_SYS_RESOURCE is missing here"))
        func `the node is the one that the kernel would rather kill`() async throws {
            let node = try await BoxedNode.ofOurUnit()
            try await node.systemctl("start")
            try await node.reaches(3)
            let supervisor = try await node.mainPID
            let daemon = try #require(node.ledger.lines.first).pid
            #expect(try node.box.read("/proc/\(supervisor)/oom_score_adj") == "-500\n")
            #expect(try node.box.read("/proc/\(daemon)/oom_score_adj") == "0\n")
            try await node.systemctl("stop")
        }
    }
}
