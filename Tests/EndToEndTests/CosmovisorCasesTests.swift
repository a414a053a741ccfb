import Glibc
import Testing

/// What Cosmovisor's own tests look at, or leave out, and no other suite of ours does.
@Suite(.serialized) struct CosmovisorCasesTests {
    @Test func `the restart delay lies between the old node's end and the new one's start`()
        async throws
    {
        let node = try TestNode()
        try node.start(["DAEMON_RESTART_DELAY": "1s"])
        try await node.isUpgraded()
        let end = try #require(node.ledger.all("end", version: "v1").first)
        let start = try #require(node.ledger.all("start", version: "v2").first)
        #expect(start.time - end.time > 1_000_000_000)
    }

    @Test func `a custom script that is missing is named, and start goes on once it is there`()
        async throws
    {
        let node = try TestNode()
        try node.start(["COSMOVISOR_CUSTOM_PREUPGRADE": "missing.sh"])
        try await node.shows("a missing script") {
            $0.phase.reason_code == "hook_failed"
                && $0.phase.reason?.contains("missing.sh") == true
        }
        #expect(node.current == "genesis")
        try node.write("#!/bin/sh\n: > hook-ran\n", to: "cosmovisor/missing.sh")
        try await node.act("start")
        try await node.isUpgraded()
        #expect(node.exists("hook-ran"))
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test func `a name's case is kept in its folder where that is asked for`() async throws {
        let node = try TestNode(chain: ["upgrades": "Chain2@12"], v2: nil)
        let settings = ["version": "v2", "handlers": "Chain2", "new_stores": "Chain2"]
        try node.install("upgrades/Chain2", settings)
        try node.start(["COSMOVISOR_DISABLE_RECASE": "true"])
        try await node.reaches(16, "v2")
        #expect(node.current == "upgrades/Chain2")
        #expect(node.exists("cosmovisor/upgrades/Chain2/upgrade-info.json"))
        #expect(node.ledger.violations == [])
    }

    @Test func `relative arguments are taken from the folder that Cosmovisor takes them from`()
        async throws
    {
        let node = try TestNode()
        try node.make("config/deeper")
        let program = node.path + "/switchyard-elsewhere"
        _ = try await shell(
            #"""
            printf '%s\n' '#!/bin/sh' "cd '$D' && exec '$SWITCHYARD' \"\$@\"" > "$P"
            chmod 755 "$P"
            """#, ["P": program, "D": node.path + "/config/deeper"])
        // The ledger itself, seen from `cosmovisor/`.
        try node.start(arguments: ["--sim-ledger=../ledger"], by: program)
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    /// Cosmovisor makes each binary executable for everybody, and ends where it is not its owner.
    @Test(.enabled(if: getuid() == 0, "another user's file needs root"))
    func `a binary that is not ours runs if it may, and is waited for if not`() async throws {
        let node = try TestNode()
        let binary = node.path + "/cosmovisor/upgrades/v2/bin/simd"
        _ = try await shell("cp \(binary) \(binary).own && mv \(binary).own \(binary)")
        chmod(binary, 0o644)
        let runner = try await Unprivileged(node)
        try node.start(by: runner.program)
        try await node.shows("a wait") {
            $0.phase.waiting_for == "binary" || $0.phase.reason_code == "binary_rejected"
        }
        #expect(!node.ledger.has("term"))
        #expect(node.current == "genesis")
        chmod(binary, 0o755)
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }
}
