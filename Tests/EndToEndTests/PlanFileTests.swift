import FoundationEssentials
import Glibc
import Testing

/// Plan files that are old, early, broken or somebody else's.
@Suite(.serialized) struct PlanFileTests {
    /// The daemon writes over it, so that mode and inode stay those of whoever put it there.
    @Test(arguments: Styles.all, ["on", "off"])
    func `a plan that was put there early is applied at its height`(sdk: String, rpc: String)
        async throws
    {
        let node = try TestNode(
            chain: ["sdk": sdk, "upgrades": "v2@60", "rpc": rpc], v1: ["early_write": "v2@60"])
        try node.start()
        try await eventually("it is put there") { node.ledger.has("early-file") }
        let inode = node.inode(of: "data/upgrade-info.json")
        #expect(node.ledger.height() < 59)
        try await node.reaches(62, "v2")
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.ledger.all("block", version: "v2").first?.details == "60")
        #expect(node.mode(of: "data/upgrade-info.json") == 0o755)
        #expect(node.inode(of: "data/upgrade-info.json") == inode)
        #expect(node.ledger.violations == [])
    }

    @Test(arguments: Styles.all)
    func `a plan whose height has passed never switches`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk, "upgrades": "v2@1000000"])
        try node.start()
        try await node.reaches(10, "v1")
        try node.write(#"{"name":"v2","height":5,"info":""}"#, to: "data/upgrade-info.json")
        try await node.shows("a stale plan") { $0.phase.reason?.contains("passed") == true }
        let height = node.ledger.height()
        try await node.reaches(height + 20, "v1")
        #expect(!node.ledger.has("term"))
        #expect(node.ledger.starts == ["v1"])
        #expect(node.current == "genesis")
        #expect(node.ledger.violations == [])
    }

    /// Without RPC there is nothing to judge it by yet: the log begins with the node.
    @Test(arguments: Styles.all, ["on", "off"])
    func `an old file at the start is a hint only`(sdk: String, rpc: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk], v1: ["rpc": rpc])
        try node.write(#"{"name":"v2","height":12,"info":""}"#, to: "data/upgrade-info.json")
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.ledger.all("block", version: "v2").first?.details == "12")
    }

    @Test(arguments: [["--unsafe-skip-upgrades=12"], ["--unsafe-skip-upgrades", "12"]])
    func `an upgrade that is skipped is not switched to`(arguments: [String]) async throws {
        let node = try TestNode(v1: ["past_height": "run"])
        try node.start(arguments: arguments)
        try await node.reaches(30, "v1")
        #expect(node.current == "genesis")
        #expect(!node.ledger.has("term"))
    }

    /// Halted, then told to skip: the file stays for ever and must never trigger.
    @Test(arguments: Styles.all)
    func `a file of an upgrade that was skipped later is stale`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk], v1: ["past_height": "run"], v2: nil)
        try node.start()
        try await node.shows("a due plan") { $0.phase.waiting_for == "binary" }
        try await node.stop()
        try node.installV2()
        try node.start(arguments: ["--unsafe-skip-upgrades=12"])
        try await node.reaches(30, "v1")
        try await node.shows("a stale plan") {
            $0.phase.reason?.contains("passed") == true || $0.phase.reason?.contains("skip") == true
        }
        #expect(node.current == "genesis")
        #expect(!node.ledger.has("start", version: "v2"))
        #expect(node.ledger.violations == [])
    }

    @Test(
        arguments: Styles.all,
        ["", #"{"name":"v2","he"#, "{}", #"{"name":"v2","height":"12"}"#])
    func `a broken file that keeps the daemon down is moved aside`(sdk: String, content: String)
        async throws
    {
        let node = try TestNode(chain: ["sdk": sdk])
        try node.write(content, to: "data/upgrade-info.json")
        try node.start()
        try await node.isUpgraded()
        // Up to 0.47 nobody minds that one, and the chain writes over it.
        let isHarmless = content == "{}" && sdk == "0.47"
        #expect(node.ledger.has("panic", version: "v1") == !isHarmless)
        #expect(node.exists("data/upgrade-info.json.broken") == !isHarmless)
    }

    @Test func `a pipe in place of the file hangs nobody`() async throws {
        let node = try TestNode()
        mkfifo(node.path + "/data/upgrade-info.json", 0o600)
        try node.start()
        try await node.shows("the pipe") { _ in node.log.contains("a named pipe") }
        #expect(try await node.stop() >= 0)
    }

    @Test(arguments: Styles.all)
    func `a node that cannot write its file is named, and a restart mends it`(sdk: String)
        async throws
    {
        let node = try TestNode(chain: ["sdk": sdk], v1: ["write": "eacces"])
        try node.start()
        try await node.shows("an unwritten plan") { $0.phase.reason_code == "home_unreadable" }
        #expect(!node.ledger.has("term"))
        // The cause goes away, and the daemon is restarted: it writes the file anew.
        try node.write("version=v1\n", to: "cosmovisor/genesis/bin/simd.conf")
        kill(try #require(node.ledger.all("start").last).pid, SIGKILL)
        try await node.isUpgraded()
    }

    @Test(arguments: Styles.all)
    func `a full disk that leaves an empty file is got over`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk], v1: ["write": "enospc"])
        try node.start()
        try await eventually("the file is empty") { node.ledger.has("file-empty") }
        try await node.shows("an invalid file") { _ in node.log.contains("cannot be understood") }
        #expect(!node.ledger.has("term"))
        try node.write("version=v1\n", to: "cosmovisor/genesis/bin/simd.conf")
        kill(try #require(node.ledger.all("start").last).pid, SIGKILL)
        try await node.isUpgraded()
    }

    @Test(arguments: Styles.all)
    func `restored data that needs the new binary is named`(sdk: String) async throws {
        let node = try TestNode(chain: ["sdk": sdk], v1: ["past_height": "load"])
        try node.start()
        try await node.isUpgraded()
        try await node.stop()
        // As after a restored snapshot: today's data, the link of long ago, no memory of ours.
        unlink(node.path + "/cosmovisor/current")
        symlink("genesis", node.path + "/cosmovisor/current")
        try FileManager.default.removeItem(atPath: node.path + "/cosmovisor/.switchyard")
        try node.start()
        try await node.shows("a mismatch") {
            $0.isBlocked && $0.phase.reason_code == "start_failed"
        }
        #expect(node.current == "genesis")
        #expect(node.ledger.violations == [])
    }

    @Test(arguments: Styles.all)
    func `another node on the RPC port is not believed`(sdk: String) async throws {
        let node = try TestNode(
            chain: ["sdk": sdk, "node_id": String(repeating: "ab", count: 20)])
        // The key of a node with another id than the one that answers.
        let key = Data([UInt8](repeating: 7, count: 64)).base64EncodedString()
        try node.write(
            #"{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"\#(key)"}}"#,
            to: "config/node_key.json")
        try node.start()
        // Its log alone must do.
        try await node.reaches(16, "v2")
        #expect(node.log.contains("another node answers"))
        #expect(node.ledger.violations == [])
    }
}
