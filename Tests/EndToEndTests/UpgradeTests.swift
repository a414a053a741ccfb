import Glibc
import Testing

/// The main job, by every way in which a chain asks for it.
@Suite(.serialized) struct UpgradeTests {
    @Test(arguments: Styles.all)
    func `a node that halts in consensus is upgraded`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk])
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.exists("data-backup-v2-12/upgrade-info.json"))
        #expect(node.ledger.all("pre-upgrade").count == 1)
        #expect(try await node.stop() == 0)
    }

    @Test(arguments: Styles.all)
    func `a node that exits in block sync is upgraded`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk], v1: ["halt": "blocksync"])
        try node.start()
        try await node.isUpgraded()
    }

    @Test(arguments: ["exit:0", "exit:1", "exit:7", "signal:KILL", "signal:SEGV"])
    func `a node that ends at the height in its own way is upgraded`(halt: String) async throws {
        let node = try TestNode(v1: ["halt": halt])
        try node.start()
        try await node.isUpgraded()
    }

    /// The file is then written by the replay at the next start.
    @Test func `a node that ends right before it writes the file is upgraded`() async throws {
        let node = try TestNode(v1: ["halt": "exit:3", "halt_when": "before"])
        try node.start()
        try await node.isUpgraded()
    }

    /// 20 out of 20: Cosmovisor asks a dead node for its height and never upgrades.
    @Test func `a daemon that exits by itself at the height is upgraded every time`() async throws {
        for round in 0..<20 {
            let node = try TestNode(
                chain: ["sdk": round % 2 == 0 ? "0.47" : "0.50"],
                v1: ["halt": round % 4 < 2 ? "exit:2" : "blocksync"])
            try node.start()
            try await node.isUpgraded()
        }
    }

    @Test func `a home halted at the height is upgraded at the next start`() async throws {
        let node = try TestNode()
        try node.start(["DAEMON_RESTART_AFTER_UPGRADE": "true", "SWITCHYARD_LINGER": "1h"])
        try await node.shows("a due plan") { $0.phase.name == "stopping" }
        try await node.kill9()
        kill(try #require(node.ledger.all("start").last).pid, SIGKILL)
        try node.start()
        try await node.isUpgraded()
    }

    @Test(arguments: [["write": "halves:300"], ["empty_for": "300000"]])
    func `a file that is seen half-written is read again`(v1: [String: String]) async throws {
        let node = try TestNode(v1: v1)
        try node.start()
        try await node.isUpgraded()
    }

    @Test(arguments: Styles.all)
    func `a file that is completed only after TERM is acted on as it is then`(sdk: String)
        async throws
    {
        let node = try TestNode(chain: ["sdk": sdk], v1: ["write": "after_term"])
        try node.start()
        try await eventually("half a file is there") { node.ledger.has("file-half") }
        try await node.stop()
        try node.start()
        try await node.isUpgraded()
    }

    @Test func `a height that is not decided yet is waited for`() async throws {
        let node = try TestNode(v1: ["optimistic": "1500", "optimistic_rewrites": "4"])
        try node.start()
        try await node.isUpgraded()
        let stored = try #require(node.ledger.all("stored").first { $0.details == "12" })
        let term = try #require(node.ledger.all("term", version: "v1").first)
        #expect(stored.time < term.time)
        #expect(node.ledger.all("file").count >= 4)
    }

    @Test func `a height that is never decided is never switched at`() async throws {
        let node = try TestNode(v1: ["optimistic": "never", "optimistic_rewrites": "3"])
        try node.start()
        try await eventually("the file was written again and again") {
            node.ledger.all("file").count >= 3
        }
        try await node.shows("what is waited for") {
            $0.phase.reason?.contains("not decided") == true
        }
        #expect(!node.ledger.has("term"))
        #expect(try await node.stop() == 0)
        #expect(node.current == "genesis")
    }

    @Test func `without RPC the consensus log proves the halt`() async throws {
        let node = try TestNode(chain: ["rpc": "off"])
        try node.start()
        try await node.reaches(16, "v2")
        #expect(node.current == "upgrades/v2")
        #expect(node.ledger.violations == [])
    }

    @Test(arguments: Styles.all)
    func `a long migration without RPC is left alone`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk], v2: ["migration": "3000"])
        try node.start()
        try await node.shows("a provisional switch") { $0.isProvisional }
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test func `between two starts of the new binary the switch is provisional`() async throws {
        let node = try TestNode(v2: ["fail_start": "2"])
        try node.start()
        try await node.shows("a backoff") { $0.phase.name == "backing_off" && $0.plan == "v2" }
        let status = try node.status()
        #expect(status.isProvisional)
        #expect(status.plan == "v2")
        try await node.isUpgraded()
        #expect(node.ledger.violations == [])
    }

    @Test(arguments: Styles.all)
    func `blocks that hold up abci_info do not mislead`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk], v1: ["abci_block": "2500"])
        try node.start()
        try await node.reaches(14, "v2")
        #expect(node.ledger.violations == [])
    }

    @Test func `two upgrades follow each other`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@12,v3@24"])
        try node.install(
            "upgrades/v3", ["version": "v3", "handlers": "v2,v3", "new_stores": "v3"])
        try node.start()
        try await node.reaches(30, "v3")
        try await node.shows("v3") { $0.plan == "v3" && !$0.isProvisional }
        #expect(node.ledger.starts == ["v1", "v2", "v3"])
        #expect(node.ledger.violations == [])
        #expect(node.exists("data-backup-v2-12") && node.exists("data-backup-v3-24"))
    }

    @Test(arguments: Styles.all)
    func `a sync from the first block goes through all versions by itself`(
        sdk: String
    ) async throws {
        let node = try TestNode(
            chain: ["sdk": sdk, "upgrades": "v2@12,v3@24,v4@36,v5@37,v6@60"],
            v1: ["halt": "blocksync"], v2: ["halt": "blocksync"])
        var handlers = "v2"
        for version in ["v3", "v4", "v5", "v6"] {
            handlers += ",\(version)"
            try node.install(
                "upgrades/\(version)",
                [
                    "version": version, "handlers": handlers, "new_stores": version,
                    "halt": "blocksync",
                ])
        }
        try node.start()
        try await node.reaches(64, "v6")
        #expect(node.ledger.violations == [])
        for (version, height) in [("v2", 12), ("v3", 24), ("v4", 36), ("v5", 37), ("v6", 60)] {
            #expect(node.ledger.all("block", version: version).first?.details == "\(height)")
        }
        #expect(node.current == "upgrades/v6")
    }

    @Test func `without a restart after the upgrade we end with 0`() async throws {
        let node = try TestNode()
        try node.start(["DAEMON_RESTART_AFTER_UPGRADE": "false"])
        #expect(try await node.ended() == 0)
        #expect(node.current == "upgrades/v2")
        #expect(node.ledger.starts == ["v1"])
        try node.start()
        try await node.isUpgraded()
    }
}
