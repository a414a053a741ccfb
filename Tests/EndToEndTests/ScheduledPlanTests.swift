import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// Plans that are in the chain's state, long before the node writes its file.
struct ScheduledPlanTests {
    private let site: ReleaseSite

    init() async throws {
        site = try await ReleaseSite.shared
    }

    private var downloading: [String: String] {
        site.environment.merging([
            "DAEMON_ALLOW_DOWNLOAD_BINARIES": "true", "SWITCHYARD_RESERVE": "16MiB",
            // Nobody answers there, unless a test says otherwise.
            "DAEMON_GRPC_ADDRESS": "127.0.0.1:1",
        ]) { $1 }
    }

    private func plan(_ name: String, of node: TestNode) async throws -> JSONValue {
        try await node.curl("/v1/plans/\(name)").json
    }

    /// Has the chain asked now, and waits for what its plan is then.
    private func shows(
        _ what: String, _ name: String, on node: TestNode, _ isSo: (JSONValue) -> Bool
    ) async throws {
        node.signal(SIGHUP)
        var last = JSONValue.null
        try await eventually("\(what), and not \(last)\n\(node.log)") {
            last = try UnixClient.plan(name, of: node)
            return isSo(last)
        }
    }

    @Test func `a plan is shown, and its binary fetched, by RPC alone`() async throws {
        let info = try site.simchainInfo("scheduled-by-rpc")
        let node = try TestNode(chain: ["upgrades": "v3@1000000", "plan_info": info], v2: nil)
        try node.start(downloading)
        try await eventually("it is staged\n\(node.log)") {
            // The API may not answer yet.
            let plan = try? UnixClient.plan("v3", of: node)
            return plan?["binary"]?["trust"]?.string == "plan_checksum"
        }
        #expect(node.exists("cosmovisor/upgrades/v3/bin/simd"))
        try await node.shows("the next plan") {
            $0.next?.plan == "v3" && $0.next?.height == 1_000_000
        }
        let plan = try await plan("v3", of: node)
        #expect(plan["origin"]?.string == "chain" && plan["trigger"]?.string == "chain", "\(plan)")
        #expect(plan["state"]?.string == "pending")
        #expect(plan["reason_code"]?.string == "before_height")
        #expect(plan["created_at"]?.string != nil)
        #expect(node.ledger.starts == ["v1"] && !node.ledger.has("term"))
        #expect(try await node.stop() == 0)
    }

    @Test func `a plan that is moved or cancelled on the chain is so here`() async throws {
        let node = try TestNode(chain: ["upgrades": "v3@1000000"], v2: nil)
        try node.start(downloading)
        try await node.shows("the plan") { $0.next?.height == 1_000_000 }
        for (upgrades, height) in [("v3@2000000", 2_000_000), ("", nil)] {
            let settings = try node.read("config/simchain.conf")
            let kept = settings.split(separator: "\n").filter { !$0.hasPrefix("upgrades=") }
            try node.write(
                (kept + ["upgrades=\(upgrades)"]).joined(separator: "\n") + "\n",
                to: "config/simchain.conf")
            #expect(try await node.curl("/v1/daemon/restart", "-X POST").status == 202)
            try await node.shows("the other height") { $0.next?.height == height }
        }
        #expect(try await node.curl("/v1/plans/v3").status == 404)
        let told = try await node.items(of: "/v1/events?limit=1000")
            .filter { $0["kind"]?.string == "plan_changed" }
        #expect(told.map { $0["data"]?["to"]?.string } == ["pending", "pending", nil])
        #expect(told.map { $0["data"]?["height"]?.integer } == [1_000_000, 2_000_000, 2_000_000])
        #expect(try await node.stop() == 0)
    }

    @Test(.enabled(if: GRPCNode.isWanted, "gRPC for Python is not in .build-grpc"))
    func `by gRPC alone a plan is shown, fetched, moved and cancelled`() async throws {
        let peer = try await GRPCNode()
        let info = try site.simchainInfo("scheduled-by-grpc")
        try peer.tell(plan: ("v3", 1_000_000, info))
        let node = try TestNode.withoutRPC()
        try node.start(downloading.merging(["DAEMON_GRPC_ADDRESS": peer.address]) { $1 })
        try await node.reaches(2, "v1")
        try await shows("the plan is fetched", "v3", on: node) {
            $0["binary"]?["state"]?.string == "staged"
        }
        #expect(try await plan("v3", of: node)["origin"]?.string == "chain")
        try peer.tell(plan: ("v3", 2_000_000, info))
        try await shows("the plan is moved", "v3", on: node) {
            $0["height"]?.integer == 2_000_000
        }
        try peer.tell()
        // Its binary is left of it.
        try await shows("the plan is cancelled", "v3", on: node) {
            $0["height"] == .null && $0["origin"]?.string == "layout"
        }
        #expect(node.ledger.starts == ["v1"] && !node.ledger.has("term"))
        #expect(try await node.stop() == 0)
    }

    @Test(.enabled(if: GRPCNode.isWanted, "gRPC for Python is not in .build-grpc"))
    func `the plan of another chain is not taken`() async throws {
        let peer = try await GRPCNode()
        try peer.tell(plan: ("v3", 1_000_000, ""), network: "elsewhere-1")
        let node = try TestNode.withoutRPC()
        try node.start(["DAEMON_GRPC_ADDRESS": peer.address])
        try await node.reaches(2, "v1")
        node.signal(SIGHUP)
        try await eventually("it is said\n\(node.log)") {
            node.log.contains("a node of chain elsewhere-1 answers there")
        }
        #expect(peer.asked == ["/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo"])
        #expect(try await node.items(of: "/v1/plans").isEmpty)
        #expect(try await node.stop() == 0)
    }

    // MARK: - What was applied

    @Test func `what the chain applied is asked of it and kept`() async throws {
        let node = try TestNode()
        try node.start()
        try await node.isUpgraded()
        try await eventually("it is asked\n\(node.log)") {
            try UnixClient.plan("v2", of: node)["reason"]?.string == "the chain applied it at 12"
        }
        try await eventually("it is written down") {
            (try? node.read("cosmovisor/.switchyard/applied")) == "{\"upgrades/v2\":12}\n"
        }
        let events = try await node.items(of: "/v1/events?limit=1000")
        #expect(
            events.contains {
                $0["kind"]?.string == "plan_changed" && $0["data"]?["to"]?.string == "applied"
                    && $0["data"]?["reason"]?.string == "the chain applied it at 12"
            })
        #expect(try await node.stop() == 0)
    }

    @Test func `a file of a plan that the present binary has applied is not stale`() async throws {
        let node = try TestNode()
        try node.start()
        try await node.isUpgraded()
        #expect(try await node.stop() == 0)
        // The same release under another name, and nothing of ours that tells what was applied.
        try node.install("upgrades/v2-fixed", ["version": "v2", "handlers": "v2"])
        unlink(node.path + "/cosmovisor/current")
        symlink("upgrades/v2-fixed", node.path + "/cosmovisor/current")
        unlink(node.path + "/cosmovisor/.switchyard/applied")
        try node.start()
        try await node.shows("the daemon") { $0.phase.name == "running" }
        try await shows("it counts as applied", "v2", on: node) {
            $0["state"]?.string == "applied"
                && $0["reason"]?.string
                    == "the chain applied it at 12; upgrades/v2-fixed has it"
        }
        #expect(node.current == "upgrades/v2-fixed")
        #expect(try await node.stop() == 0)
    }
}

extension UnixClient {
    /// A plan as the API has it; null when there is none.
    static func plan(_ name: String, of node: TestNode) throws -> JSONValue {
        let body = try get("/v1/plans/\(name)", socket: node.socket)
        return (try? JSONDecoder().decode(JSONValue.self, from: Data(body.utf8))) ?? .null
    }
}

extension TestNode {
    /// Of a list of the API.
    fileprivate func items(of path: String) async throws -> [JSONValue] {
        guard case .array(let items)? = try await curl(path).json["items"] else {
            throw HarnessError("\(path) has no items")
        }
        return items
    }
}
