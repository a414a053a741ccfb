import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// Binaries that are fetched without being asked, and those that are there and could not be run.
struct AcquireTests {
    private let site: ReleaseSite

    init() async throws {
        site = try await ReleaseSite.shared
    }

    /// A node whose plan names the new binary, which is not there.
    private func node(_ address: String) throws -> TestNode {
        let node = try TestNode(chain: ["plan_info": ReleaseSite.info(address)])
        unlink(node.path + "/cosmovisor/upgrades/v2/bin/simd")
        return node
    }

    private var downloading: [String: String] {
        site.environment.merging([
            "DAEMON_ALLOW_DOWNLOAD_BINARIES": "true", "SWITCHYARD_RESERVE": "16MiB",
        ]) { $1 }
    }

    @Test func `a binary that is missing at the height is fetched, and the upgrade goes on`()
        async throws
    {
        let node = try node(try site.serveSimchain(as: "simchain"))
        try node.start(downloading)
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
        let plan = try await node.curl("/v1/plans/v2").json
        #expect(plan["binary"]?["trust"]?.string == "plan_checksum", "\(plan)")
        #expect(plan["binary"]?["source"]?.string == "plan")
        guard case .array(let operations) = try await node.curl("/v1/operations").json["items"]
        else { return #expect(Bool(false), "no operations are listed") }
        let prepare = try #require(operations.first { $0["kind"]?.string == "prepare" })
        #expect(prepare["actor"]?["kind"]?.string == "system")
        #expect(try await node.stop() == 0)
    }

    @Test func `a plan that is known before its height is fetched for then`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"], v2: nil)
        try node.start(downloading)
        try await node.shows("the node") { $0.daemon?.pid != nil }
        let info = try site.simchainInfo("simchain").replacing("\"", with: "\\\"")
        _ = try await node.curl(
            "/v1/plans/v3", "-X PUT",
            json: #"{"trigger":"chain","height":900000,"info":"\#(info)"}"#)
        try await eventually("it is staged") {
            node.exists("cosmovisor/upgrades/v3/bin/simd")
        }
        #expect(node.ledger.starts == ["v1"])
        #expect(try await node.stop() == 0)
    }

    @Test func `what keeps a binary from coming stands in the status`() async throws {
        let zeros = String(repeating: "0", count: 64)
        let node = try node(site.url("missing") + "?checksum=sha256:\(zeros)")
        try node.start(downloading)
        try await node.shows("the reason") {
            $0.phase.reason?.contains("fetching it failed") == true
        }
        let status = try await node.curl("/v1/status").json
        #expect(status["phase"]?["reason"]?.string?.contains("404") == true, "\(status)")
        #expect(status["phase"]?["waiting_for"]?.string == "binary")
        // The halted node is left as it is, and any other way to bring the binary is as good.
        #expect(!node.ledger.has("term"))
        try node.installV2()
        try await node.isUpgraded()
        #expect(try await node.stop() == 0)
    }

    @Test func `nothing is fetched by itself unless that is allowed`() async throws {
        let node = try node(try site.serveSimchain(as: "unasked"))
        try node.start(downloading.merging(["DAEMON_ALLOW_DOWNLOAD_BINARIES": "false"]) { $1 })
        try await node.shows("the missing binary") { $0.phase.waiting_for == "binary" }
        try node.installV2()
        try await node.isUpgraded()
        #expect(try !site.wasAsked(for: "unasked"))
    }

    /// Cosmovisor stops the node and finds that out then.
    @Test func `a node is not stopped for a binary that could not be loaded`() async throws {
        let node = try TestNode()
        let binary = node.path + "/cosmovisor/upgrades/v2/bin/simd"
        unlink(binary)
        _ = try await shell(
            """
            cd "$HOME" && echo 'int fake(void) { return 0; }' > fake.c
            echo 'int fake(void); int main(void) { return fake(); }' > main.c
            cc -shared -fPIC -o libfake-chain.so fake.c
            cc -o "$BINARY" main.c -L. -lfake-chain
            """, ["HOME": node.path, "BINARY": binary])
        try node.start()
        try await node.shows("the missing library") {
            $0.phase.reason?.contains("libfake-chain.so not found") == true
        }
        #expect(!node.ledger.has("term"))
        unlink(binary)
        try node.installV2()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(try await node.stop() == 0)
    }
}
