import FoundationEssentials
import Glibc
import Testing

/// Ways in which the file comes, and filesystems that tell of it or do not.
@Suite(.serialized) struct PlanFileWriteTests {
    @Test(arguments: Styles.all, [["write": "renamed"], ["file_age": "31536000"]])
    func `a file that is moved into place or older than its node is seen`(
        sdk: String, v1: [String: String]
    ) async throws {
        let node = try TestNode(chain: ["sdk": sdk], v1: v1)
        // Of an earlier upgrade, and newer than what will come.
        try node.write(#"{"name":"v0","height":2}"#, to: "data/upgrade-info.json")
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    /// inotify watches the folder below and hears nothing of it.
    @Test(.enabled(if: getuid() == 0, "mounting needs root"))
    func `data that another folder is mounted over is seen`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@200"])
        try node.start()
        try await node.reaches(5, "v1")
        try node.make("other")
        #expect(mount(node.path + "/other", node.path + "/data", nil, UInt(MS_BIND), nil) == 0)
        defer { umount2(node.path + "/data", Int32(MNT_DETACH)) }
        try await node.reaches(202, "v2")
        #expect(node.ledger.all("block", version: "v2").first?.details == "200")
        #expect(node.ledger.violations == [])
    }

    @Test func `data in another folder of the same name is seen`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@100"])
        try node.start()
        try await node.reaches(5, "v1")
        _ = try await shell(
            #"cd "$HOME_OF_NODE" && cp -a data data.new && mv data data.old && mv data.new data"#,
            ["HOME_OF_NODE": node.path])
        try await node.reaches(102, "v2")
        #expect(node.ledger.violations == [])
    }

    @Test(.enabled(if: getuid() == 0, "another user's file needs root"))
    func `a file that may not be read is named, and the node left alone`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        let runner = try await Unprivileged(node)
        try node.start(by: runner.program)
        try await node.reaches(5, "v1")
        try node.write(#"{"name":"v2","height":500}"#, to: "data/upgrade-info.json")
        chmod(node.path + "/data/upgrade-info.json", 0o600)
        try await node.shows("the file") { _ in node.log.contains("Permission denied") }
        try await node.reaches(node.ledger.height() + 10, "v1")
        #expect(!node.ledger.has("term"))
        // The owner is put right, and the chain's own write finds it.
        #expect(
            chown(node.path + "/data/upgrade-info.json", Unprivileged.user, Unprivileged.user) == 0)
        try await node.shows("a plan") { _ in
            node.log.contains("plan is for 500") || node.log.contains("500 was passed")
        }
        #expect(try await node.stop() == 0)
    }

    /// Up to 0.47 no daemon minds `{}`, but the new stores do.
    @Test(arguments: Styles.all, ["", "{", "{}", #"{"name":"v2","height":"12"}"#])
    func `a file that was broken after the switch is put back from its copy`(
        sdk: String, content: String
    ) async throws {
        let node = try TestNode(chain: ["sdk": sdk])
        try node.start(["DAEMON_RESTART_AFTER_UPGRADE": "false"])
        #expect(try await node.ended() == 0)
        #expect(node.current == "upgrades/v2")
        try node.write(content, to: "data/upgrade-info.json")
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.has("panic", version: "v2"))
        #expect(try node.read("data/upgrade-info.json").contains(#""height":12"#))
        #expect(node.mode(of: "data/upgrade-info.json") == 0o600)
    }
}
