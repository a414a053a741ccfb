import Glibc
import Testing

/// Plans by height: the daemon is made to halt right before, and the chain knows nothing of them.
struct HeightPlanTests {
    private static let sdks = ["0.45.16", "0.47.5", "0.50.9", "0.50.10", "0.53.0"]

    @Test(arguments: sdks)
    func `the new binary makes the very block of the plan`(sdk: String) async throws {
        let node = try TestNode.byHeight(12, sdk: sdk)
        try node.start()
        try await node.isUpgraded(at: 12)
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.exists("data-backup-v2-12"))
        #expect(try node.read("data/upgrade-info.json").contains(#""height":12"#))
        #expect(node.mode(of: "data/upgrade-info.json") == 0o600)
        #expect(try await node.stop() == 0)
    }

    @Test(arguments: sdks)
    func `without RPC the daemon's own log proves it`(sdk: String) async throws {
        let node = try TestNode.byHeight(12, sdk: sdk, v1: ["rpc": "off"])
        try node.start()
        try await node.isUpgraded(at: 12)
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test(arguments: ["0.47.5", "0.50.13"])
    func `several plans are carried out in their order`(sdk: String) async throws {
        let node = try TestNode.byHeight(12, sdk: sdk)
        try node.install("upgrades/v3", ["version": "v3", "sdk": sdk, "handlers": "v2"])
        try node.declare("v3", height: 22)
        try node.start()
        try await node.isUpgraded("v3", at: 22)
        #expect(node.ledger.starts == ["v1", "v2", "v3"])
    }

    @Test func `a plan of the chain between two by height is carried out as well`() async throws {
        let node = try TestNode.byHeight(12, sdk: "0.50.13", chain: ["upgrades": "v3@20"])
        try node.install("upgrades/v3", ["version": "v3", "sdk": "0.50.13", "handlers": "v3"])
        try node.install("upgrades/v4", ["version": "v4", "sdk": "0.50.13", "handlers": "v3"])
        try node.declare("v4", height: 30)
        try node.start()
        try await node.isUpgraded("v4", at: 30)
        #expect(node.ledger.starts == ["v1", "v2", "v3", "v4"])
    }

    @Test func `0.47 that overshoots is stopped and named, with both heights`() async throws {
        let node = try TestNode.byHeight(12, sdk: "0.47.5", v1: ["halt_overshoot": "2"])
        try node.start()
        try await node.shows("blocked") { $0.isBlocked }
        let status = try node.status()
        #expect(status.phase.reason_code == "height_missed")
        #expect(status.phase.reason?.hasPrefix("missed:") == true)
        #expect(status.phase.reason?.contains("12") == true)
        #expect(node.ledger.starts == ["v1"])
        #expect(node.current != "upgrades/v2")
    }

    @Test func `0.47 that ends while it catches up proves nothing, and is not started again`()
        async throws
    {
        let node = try TestNode.byHeight(12, sdk: "0.47.5", v1: ["rpc": "off", "wal": "off"])
        try node.write("", to: "data/blockstore.db")
        try node.start()
        try await node.shows("blocked") { $0.isBlocked }
        let status = try node.status()
        #expect(status.phase.reason?.hasPrefix("unproven:") == true)
        #expect(node.ledger.starts == ["v1"])
    }

    @Test func `a fork that halts earlier than its version promises is started again`()
        async throws
    {
        let node = try TestNode.byHeight(12, sdk: "0.53.0")
        try node.write("0.47.5\n", to: "cosmovisor/genesis/sdk-version")
        try node.start()
        try await node.isUpgraded(at: 12)
        #expect(node.ledger.starts == ["v1", "v1", "v2"])
    }

    @Test func `the daemon's own word confirms its halt height`() async throws {
        let node = try TestNode.byHeight(100_000, sdk: "0.50.13")
        try node.start()
        try await node.showsPlan("confirmed") {
            $0.reason.contains("the daemon itself says that it halts by halt-height 100000")
        }
        #expect(try await node.stop() == 0)
    }

    /// The variable has the script's name, and the daemon behind it looks for its own.
    @Test func `a script that hides the daemon's name is found out before the height`()
        async throws
    {
        let node = try TestNode.byHeight(100_000, sdk: "0.50.13")
        let bin = node.path + "/cosmovisor/genesis/bin/"
        for ending in ["", ".conf"] {
            #expect(rename(bin + "simd" + ending, bin + "hidden" + ending) == 0)
        }
        try node.write(
            "#!/bin/sh\nexec '\(bin)hidden' \"$@\"\n", to: "cosmovisor/genesis/bin/simd")
        #expect(chmod(bin + "simd", 0o755) == 0)
        try node.write("0.50.13\n", to: "cosmovisor/genesis/sdk-version")
        try node.start()
        try await node.showsPlan("in conflict") {
            $0.reason.contains("conflict: the daemon itself says that its halt-height is 0")
        }
        #expect(try await node.stop() == 0)
    }

    @Test func `an unknown version is refused with what helps, and the node runs on`()
        async throws
    {
        let node = try TestNode.byHeight(500, sdk: "0.50.10-rc.1")
        try node.start()
        try await node.showsPlan("refused") {
            $0.state == "blocked" && $0.reason.contains("genesis/sdk-version")
        }
        try await node.reaches(2, "v1")
        #expect(node.ledger.starts == ["v1"])
    }

    @Test func `a plan that comes while the node runs needs one restart, which is offered`()
        async throws
    {
        let node = try TestNode.byHeight(nil, sdk: "0.50.13", chain: ["block_time": "100"])
        try node.start()
        try await node.shows("a height") { ($0.height?.value ?? 0) > 1 }
        let height = node.ledger.height() + 150
        #expect(try await node.plan("v2", at: height) == 200)
        try await node.showsPlan("offered") { $0.reason.contains("restart the node") }
        try await node.act("restart")
        try await node.isUpgraded(at: height)
        #expect(node.ledger.starts == ["v1", "v1", "v2"])
    }

    @Test func `a plan that nobody restarts for is missed, and named so`() async throws {
        let node = try TestNode.byHeight(nil, sdk: "0.50.13")
        try node.start()
        try await node.shows("a height") { ($0.height?.value ?? 0) > 1 }
        let height = try #require(try node.status().height).value + 20
        #expect(try await node.plan("v2", at: height) == 200)
        try await node.showsPlan("missed") {
            $0.state == "stale" && $0.reason.hasPrefix("missed:")
        }
        #expect(node.ledger.starts == ["v1"])
        // Nor is it taken up by the next start.
        try await node.stop()
        try node.start()
        try await node.shows("a height") { ($0.height?.value ?? 0) > height + 5 }
        #expect(node.ledger.starts == ["v1", "v1"])
        #expect(node.current != "upgrades/v2")
    }

    @Test func `where it is asked for the height is watched`() async throws {
        let node = try TestNode.byHeight(nil, sdk: "0.50.13", chain: ["block_time": "3000"])
        try node.start(["SWITCHYARD_WATCH_HEIGHTS": "true"])
        try await node.shows("a height") { ($0.height?.value ?? 0) > 1 }
        let height = try #require(try node.status().height).value + 2
        #expect(try await node.plan("v2", at: height) == 200)
        try await node.isUpgraded(at: height)
    }

    @Test func `the switch is done when the binary comes`() async throws {
        let node = try TestNode.byHeight(12, sdk: "0.50.13", v2: nil)
        try node.start()
        try await node.shows("waiting") { $0.phase.waiting_for == "binary" }
        #expect(node.ledger.all("term").isEmpty)
        try node.install("upgrades/v2", ["version": "v2", "sdk": "0.50.13"])
        try await node.isUpgraded(at: 12)
    }

    @Test func `a kill of the supervisor at the height changes nothing`() async throws {
        let node = try TestNode.byHeight(12, sdk: "0.50.13")
        try node.start(["SWITCHYARD_LINGER": "1h"])
        try await eventually("it halts") { node.halted(at: 12) }
        try await node.kill9()
        try node.start()
        try await node.isUpgraded(at: 12)
    }

    /// Whether it had applied its last block nobody saw, and another start might apply the plan's.
    @Test func `0.47 whose end nobody saw is not started again until an operator says so`()
        async throws
    {
        let node = try TestNode.byHeight(12, sdk: "0.47.5", v1: ["flush": "2000"])
        // A file of its own: one that is shared is another whenever a test comes or goes.
        let binary = node.path + "/cosmovisor/upgrades/v2/bin/simd"
        _ = try await shell("cp \(binary) \(binary).own && mv \(binary).own \(binary)")
        try node.start()
        try await node.reaches(11, "v1")
        try await node.kill9()
        let pid = try #require(node.ledger.all("start").last).pid
        try await eventually("it has ended") { kill(pid, 0) != 0 }
        for _ in 0..<2 {
            try node.start()
            try await node.shows("unproven") {
                $0.isBlocked && $0.phase.reason?.hasPrefix("unproven:") == true
            }
            try await node.stop()
        }
        #expect(node.ledger.starts == ["v1"])
        try node.start()
        try await node.shows("unproven") { $0.isBlocked }
        try await node.switchTo("v2")
        try await node.isUpgraded(at: 12)
    }

    @Test func `a plan that is withdrawn lets the halted node go on`() async throws {
        let node = try TestNode.byHeight(12, sdk: "0.50.13", v2: nil)
        try node.start()
        try await node.shows("waiting") { $0.phase.waiting_for == "binary" }
        #expect(try await node.curl("/v1/plans/v2", "-X DELETE").status == 204)
        try await node.reaches(20, "v1")
        #expect(node.ledger.starts == ["v1", "v1"])
    }
}
