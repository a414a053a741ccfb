import Glibc
import Testing

/// Loops that hang, provoked by switches that nobody should use.
@Suite struct HungLoopTests {
    @Test func `an API that hangs is replaced, and the node has no part in it`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        try node.start(["SWITCHYARD_DEBUG_HANG_API": node.path + "/hang"])
        try await node.shows("a running node") { $0.daemon?.pid != nil }
        let daemon = try node.status().daemon?.pid
        try node.write("", to: "hang")
        try await eventually("another server takes its place\n\(node.log)") {
            node.log.contains("another has taken its place")
        }
        try await node.shows("the same node") { $0.daemon?.pid == daemon }
        #expect(
            try UnixClient.get("/livez?verbose", socket: node.socket)
                .contains("hung and replaced: 1"))
        #expect(node.ledger.violations == [])
        // The thread that hangs does not keep us from ending.
        #expect(try await node.stop() == 0)
        #expect(!node.exists("cosmovisor/.switchyard/api.sock"))
    }
}
