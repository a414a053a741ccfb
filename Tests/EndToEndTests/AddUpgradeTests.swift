import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// Cosmovisor's commands beside a running supervisor, and what Cosmovisor has left.
struct AddUpgradeTests {
    private let node: TestNode

    init() throws {
        node = try TestNode(chain: ["upgrades": "v2@1000000"])
        try node.make("in")
        #expect(link(node.path + "/cosmovisor/genesis/bin/simd", node.path + "/in/simd") == 0)
    }

    private func begin() async throws {
        try node.start()
        try await node.reaches(3, "v1")
        try await node.shows("a height") { $0.height != nil }
    }

    private func plan(_ name: String) async throws -> JSONValue {
        try await node.curl("/v1/plans/\(name)").json
    }

    @Test func `the supervisor is told the height, and sees the binary`() async throws {
        try await begin()
        let result = try await node.switchyard("add-upgrade v3 in/simd --upgrade-height 900000")
        #expect(result.code == 0 && result.errors.isEmpty, "\(result)")
        #expect(
            result.output.contains(
                "cosmovisor/.switchyard/plans/v3.json created, v3 upgrade binary will switch at "
                    + "height 900000"))
        #expect(result.output.contains(" INF a node that runs learns the height where it halts"))
        let told = try await plan("v3")
        #expect(told["origin"]?.string == "operator" && told["trigger"]?.string == "height")
        #expect(told["height"]?.integer == 900_000 && told["state"]?.string == "pending")
        #expect(told["binary"]?["state"]?.string == "staged")
        #expect(!node.exists("data/upgrade-info.json"))
        #expect(try node.mode("cosmovisor/upgrades/v3/bin/simd") == 0o755)
        #expect(try await node.stop() == 0)
    }

    @Test func `it may be told again, and another height needs force`() async throws {
        try await begin()
        #expect(try await node.switchyard("add-upgrade v3 in/simd").code == 0)
        for _ in 1...2 {
            let again = try await node.switchyard(
                "add-upgrade v3 in/simd --upgrade-height 900000")
            #expect(again.code == 0, "\(again)")
        }
        let pin = String(repeating: "5f", count: 32)
        let body = #"{"trigger":"height","height":900000,"expected_sha256":"\#(pin)"}"#
        let pinned = try await node.curl("/v1/plans/v3", "-X PUT -H 'If-Match: *'", json: body)
        #expect(pinned.status == 200)
        let refused = try await node.switchyard("add-upgrade v3 in/simd --upgrade-height 800000")
        #expect(refused.code == 1)
        #expect(refused.errors.contains("is set for height 900000"), "\(refused)")
        let forced = try await node.switchyard(
            "add-upgrade v3 in/simd --upgrade-height 800000 --force")
        #expect(forced.code == 0, "\(forced)")
        #expect(try await plan("v3")["height"]?.integer == 800_000)
        #expect(try await plan("v3")["expected_sha256"]?.string == pin)
        #expect(forced.output.contains(" WRN the policy does not let it run: "), "\(forced)")
        #expect(try await node.stop() == 0)
    }

    @Test func `what cannot be is refused before anything is written`() async throws {
        try await begin()
        let passed = try await node.switchyard("add-upgrade v3 in/simd --upgrade-height 2")
        #expect(passed.code == 1)
        #expect(passed.errors.contains("which is reached, got 2"), "\(passed)")
        let deaf = try await node.switchyard(
            "add-upgrade v3 in/simd --upgrade-height 900000", ["SWITCHYARD_LISTEN": "none"])
        #expect(deaf.code == 1)
        #expect(deaf.errors.contains("SWITCHYARD_LISTEN"), "\(deaf)")
        let batch = try await node.switchyard(
            "add-batch-upgrade --upgrade-list v3:in/simd:900000,v4:in/none:900001")
        #expect(batch.code == 1)
        #expect(batch.errors.contains("item 2 of --upgrade-list: invalid executable path"))
        #expect(!node.exists("cosmovisor/upgrades/v3"))
        #expect(try await plan("v3")["state"] == nil)
        #expect(try await node.stop() == 0)
    }

    @Test func `a batch is told as a whole, also from standard input`() async throws {
        try await begin()
        try node.write("v3, in/simd, 900000\nv4, in/simd, 900001\n", to: "plans.csv")
        let result = try await node.switchyard(
            "add-batch-upgrade --upgrade-file /dev/stdin <plans.csv")
        #expect(result.code == 0, "\(result)")
        #expect(try await plan("v3")["height"]?.integer == 900_000)
        #expect(try await plan("v4")["height"]?.integer == 900_001)
        #expect(try await node.stop() == 0)
    }

    @Test func `without a supervisor the node is asked, if it is the home's own`() async throws {
        try await begin()
        // Its files tell nothing of a height.
        let home = try TestNode(chain: ["upgrades": "v2@1000000"])
        func add() async throws -> ShortCommand {
            try await home.switchyard(
                "add-upgrade v3 cosmovisor/genesis/bin/simd --upgrade-height 2",
                ["DAEMON_RPC_ADDRESS": "http://127.0.0.1:\(node.port)"])
        }
        let passed = try await add()
        #expect(passed.code == 1)
        #expect(passed.errors.contains("which is reached, got 2"), "\(passed)")
        let key = Data(repeating: 7, count: 64).base64EncodedString()
        try home.write(#"{"priv_key":{"value":"\#(key)"}}"#, to: "config/node_key.json")
        let foreign = try await add()
        #expect(foreign.code == 0, "\(foreign)")
        #expect(home.exists("cosmovisor/.switchyard/plans/v3.json"))
        #expect(try await node.stop() == 0)
    }

    @Test func `Cosmovisor's batch is taken over at the start`() async throws {
        let batch = #"""
            [
             {"name": "v4", "time": "0001-01-01T00:00:00Z", "height": 900001},
             {"name": "v3", "time": "0001-01-01T00:00:00Z", "height": 900000}
            ]
            """#
        try node.write(batch, to: "data/upgrade-info.json.batch")
        try await begin()
        #expect(try await plan("v3")["trigger"]?.string == "height")
        #expect(try await plan("v4")["height"]?.integer == 900_001)
        #expect(try node.read("data/upgrade-info.json.batch.taken-over") == batch)
        #expect(node.log.contains("took over Cosmovisor's plan for a height"))
        #expect(try await node.stop() == 0)
        try node.write("[", to: "data/upgrade-info.json.batch")
        let height = node.ledger.height()
        try node.start()
        try await node.reaches(height + 3, "v1")
        #expect(node.log.contains("WRN Cosmovisor's plans could not be taken over"))
        #expect(try await node.stop() == 0)
    }
}
