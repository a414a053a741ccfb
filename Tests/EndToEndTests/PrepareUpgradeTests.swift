import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// `switchyard prepare-upgrade`, as Cosmovisor's users and their scripts run it.
struct PrepareUpgradeTests {
    private let site: ReleaseSite

    init() async throws {
        site = try await ReleaseSite.shared
    }

    private var environment: [String: String] {
        site.environment.merging([
            "SWITCHYARD_RESERVE": "16MiB", "DAEMON_GRPC_ADDRESS": "127.0.0.1:1",
        ]) { $1 }
    }

    private func environment(_ peer: GRPCNode) -> [String: String] {
        environment.merging(["DAEMON_GRPC_ADDRESS": peer.address]) { $1 }
    }

    @Test func `the node's plan is prepared by the supervisor, and once`() async throws {
        let info = try site.simchainInfo("prepared-there")
        let node = try TestNode(chain: ["upgrades": "v3@1000000", "plan_info": info], v2: nil)
        try node.start(environment)
        try await node.reaches(2, "v1")
        try await node.shows("the height") { $0.height != nil }
        let result = try await node.switchyard("prepare-upgrade", environment)
        #expect(result.code == 0, "\(result)")
        #expect(result.output.contains("Preparing for upgrade "), "\(result)")
        #expect(result.output.contains("height=1000000 ") && result.output.contains("name=v3"))
        #expect(result.output.contains("v3: staged, sha256 "))
        #expect(result.output.contains("Upgrade preparation complete "))
        #expect(node.exists("cosmovisor/upgrades/v3/bin/simd"))
        let again = try await node.switchyard("prepare-upgrade", environment)
        #expect(again.code == 0 && again.errors.isEmpty, "\(again)")
        #expect(again.output.contains("; it is there and left as it is\n"))
        #expect(try await node.stop() == 0)
    }

    /// Of a server that sends the rest when it is let; the FIFO that lets it.
    private func gatedInfo(_ name: String) throws -> (info: String, gate: String) {
        _ = try site.simchainInfo(name)
        let gate = site.path(name) + ".gate"
        #expect(mkfifo(gate, 0o600) == 0)
        let address = "\(site.url(name, kind: "gated"))?checksum=sha256:\(try site.digest(name))"
        return (ReleaseSite.info(address), gate)
    }

    private func begin(_ command: String..., on node: TestNode) throws -> TestProcess {
        try TestProcess(
            Programs.switchyard, command,
            environment: environment.merging([
                "DAEMON_HOME": node.path, "DAEMON_NAME": "simd", "COSMOVISOR_COLOR_LOGS": "false",
            ]) { $1 }, log: "\(node.path)/\(command[0]).log")
    }

    @Test func `what the supervisor fetches already is waited for, and not called off`()
        async throws
    {
        let (info, gate) = try gatedInfo("fetched-already")
        let node = try TestNode(chain: ["upgrades": "v3@1000000", "plan_info": info], v2: nil)
        try node.start(environment.merging(["DAEMON_ALLOW_DOWNLOAD_BINARIES": "true"]) { $1 })
        try await node.shows("the node") { $0.daemon?.pid != nil }
        try await eventually("it is half there\n\(node.log)") {
            guard case .array(let items)? = try await node.curl("/v1/operations").json["items"]
            else { return false }
            return items.first?["progress"]?["done"]?.integer ?? 0 > 0
        }
        let commands = [
            try begin("prepare-upgrade", on: node), try begin("prepare", "v3", on: node),
        ]
        for log in ["prepare-upgrade.log", "prepare.log"] {
            try await eventually("it waits: \((try? node.read(log)) ?? "")") {
                try node.read(log).contains(" prepares it already; waiting for that\n")
            }
        }
        commands[1].signal(SIGINT)
        #expect(try await code(of: commands[1]) == 130)
        #expect(try node.read("prepare.log").contains("Error: v3: not waited for: "))
        try await eventually("the server can be let go on") {
            let end = open(gate, O_WRONLY | O_NONBLOCK)
            return end >= 0 && close(end) == 0
        }
        #expect(try await code(of: commands[0]) == 0)
        let told = try node.read("prepare-upgrade.log")
        #expect(told.contains("\nv3: staged, sha256 "), "\(told)")
        #expect(told.contains("Upgrade preparation complete "))
        #expect(site.requests("fetched-already", kind: "gated") == 1)
        #expect(try await node.stop() == 0)
    }

    private func code(of command: TestProcess) async throws -> Int32 {
        var code: Int32?
        try await eventually("the command ends") {
            code = command.exitCode()
            return code != nil
        }
        return code ?? -1
    }

    @Test func `a chain without a plan is no failure`() async throws {
        let node = try TestNode(chain: ["upgrades": ""], v2: nil)
        try node.start(environment)
        try await node.shows("the height") { $0.height != nil }
        let none = try await node.switchyard("prepare-upgrade", environment)
        #expect(none.code == 0 && none.errors.isEmpty, "\(none)")
        #expect(none.output.contains("No active upgrade plan found"))
        #expect(try await node.stop() == 0)
    }

    @Test func `what the supervisor knows counts where the node does not tell`() async throws {
        let node = try TestNode.withoutRPC()
        try node.start(environment)
        try await node.shows("the node") { $0.daemon?.pid != nil }
        let none = try await node.switchyard("prepare-upgrade", environment)
        #expect(none.code == 1 && none.output.isEmpty, "\(none)")
        #expect(
            none.errors.hasPrefix("Error: the node cannot be asked for its plan: gRPC: "), "\(none)"
        )
        #expect(none.errors.contains("Connection refused"))
        let body = #"{"trigger":"height","height":900000,"info":"see the forum"}"#
        #expect(try await node.curl("/v1/plans/v3", "-X PUT", json: body).status == 201)
        let result = try await node.switchyard("prepare-upgrade", environment)
        #expect(result.code == 1)
        #expect(result.output.contains("height=900000 ") && result.output.contains("name=v3"))
        #expect(!result.output.contains("Upgrade preparation complete"))
        #expect(result.errors.hasPrefix("Error: v3: "))
        #expect(try await node.stop() == 0)
    }

    @Test func `without node and supervisor there is nobody to ask`() async throws {
        let node = try TestNode.withoutRPC()
        let result = try await node.switchyard("prepare-upgrade", environment)
        #expect(result.code == 69 && result.output.isEmpty, "\(result)")
        #expect(result.errors.contains("no supervisor answers at"))
    }

    // MARK: - By gRPC

    @Test(.enabled(if: GRPCNode.isWanted, "gRPC for Python is not in .build-grpc"))
    func `a supervisor that does not know the plan is told of it`() async throws {
        let peer = try await GRPCNode()
        try peer.tell(plan: ("v3", 1_000_000, try site.simchainInfo("told")))
        let node = try TestNode.withoutRPC()
        // The supervisor itself has nobody to ask.
        try node.start(environment)
        try await node.shows("the node") { $0.daemon?.pid != nil }
        let result = try await node.switchyard("prepare-upgrade", environment(peer))
        #expect(result.code == 0, "\(result)")
        #expect(node.exists("cosmovisor/upgrades/v3/bin/simd"))
        let plan = try await node.curl("/v1/plans/v3").json
        #expect(plan["trigger"]?.string == "chain" && plan["height"]?.integer == 1_000_000)
        #expect(try await node.stop() == 0)
    }

    @Test(.enabled(if: GRPCNode.isWanted, "gRPC for Python is not in .build-grpc"))
    func `without a supervisor the command prepares it, where run looks for it`() async throws {
        let peer = try await GRPCNode()
        try peer.tell(plan: ("V3", 1_000_000, try site.simchainInfo("alone")))
        let node = try TestNode.withoutRPC()
        let result = try await node.switchyard("prepare-upgrade", environment(peer))
        #expect(result.code == 0 && result.errors.isEmpty, "\(result)")
        #expect(result.output.contains("V3: staged, sha256 "))
        #expect(result.output.contains("trust plan_checksum\n"))
        #expect(result.output.contains("Upgrade preparation complete "))
        #expect(node.exists("cosmovisor/upgrades/v3/bin/simd"))
        #expect(!node.exists("cosmovisor/upgrades/V3"))
        #expect(try node.read("cosmovisor/.switchyard/events.jsonl").contains("\"prepare\""))
        let again = try await node.switchyard("prepare-upgrade", environment(peer))
        #expect(again.code == 0 && again.errors.isEmpty, "\(again)")
        #expect(again.output.contains("; it is there and left as it is\n"))
        try peer.tell()
        let none = try await node.switchyard("prepare-upgrade", environment(peer))
        #expect(none.code == 0 && none.output.contains("No active upgrade plan found"), "\(none)")
    }

    @Test(.enabled(if: GRPCNode.isWanted, "gRPC for Python is not in .build-grpc"))
    func `nothing is prepared beside a supervisor that is not reached`() async throws {
        let peer = try await GRPCNode()
        try peer.tell(plan: ("v3", 1_000_000, try site.simchainInfo("beside")))
        let node = try TestNode.withoutRPC()
        try node.start(
            environment.merging(["SWITCHYARD_LISTEN": "unix:\(node.path)/other.sock"]) { $1 })
        try await node.reaches(1, "v1")
        let result = try await node.switchyard("prepare-upgrade", environment(peer))
        #expect(result.code == 1, "\(result)")
        #expect(result.errors.contains("another switchyard (pid "), "\(result)")
        #expect(result.errors.contains("set SWITCHYARD_LISTEN"))
        #expect(!node.exists("cosmovisor/upgrades/v3"))
        #expect(try await node.stop() == 0)
    }

    @Test(.enabled(if: GRPCNode.isWanted, "gRPC for Python is not in .build-grpc"))
    func `what nobody vouches for is not put in place`() async throws {
        let peer = try await GRPCNode()
        _ = try site.simchainInfo("unvouched")
        try peer.tell(plan: ("v3", 1_000_000, ReleaseSite.info(site.url("unvouched"))))
        let node = try TestNode.withoutRPC()
        let result = try await node.switchyard("prepare-upgrade", environment(peer))
        #expect(result.code == 1, "\(result)")
        #expect(result.output.contains("v3: held, sha256 "))
        #expect(result.errors.contains("nothing vouches for it"))
        #expect(!node.exists("cosmovisor/upgrades/v3"))
        let allowed = try await node.switchyard(
            "prepare-upgrade",
            environment(peer).merging(["DAEMON_ALLOW_DOWNLOAD_BINARIES": "true"]) { $1 })
        #expect(allowed.code == 0, "\(allowed)")
        #expect(node.exists("cosmovisor/upgrades/v3/bin/simd"))
    }

    @Test(.enabled(if: GRPCNode.isWanted, "gRPC for Python is not in .build-grpc"))
    func `settings that cannot be understood are not prepared by`() async throws {
        let peer = try await GRPCNode()
        try peer.tell(plan: ("v3", 1_000_000, try site.simchainInfo("misread")))
        let node = try TestNode.withoutRPC()
        let result = try await node.switchyard(
            "prepare-upgrade", environment(peer).merging(["SWITCHYARD_TRUST": "yes"]) { $1 })
        #expect(result.code == 1 && result.errors.contains("SWITCHYARD_TRUST"), "\(result)")
        #expect(!node.exists("cosmovisor/upgrades/v3"))
    }
}
