import FoundationEssentials
import Glibc
import Testing

/// The steps between the old binary and the new one, and what happens when one fails.
@Suite(.serialized) struct StepTests {
    @Test func `an upgrade waits for its binary and goes on when it comes`() async throws {
        let node = try TestNode(v2: nil)
        try node.start()
        try await node.shows("a wait for the binary") { $0.phase.waiting_for == "binary" }
        #expect(node.ledger.starts == ["v1"])
        #expect(!node.ledger.has("term"))
        try node.installV2()
        try await node.isUpgraded()
    }

    @Test func `a node that ends without the new binary is not started again`() async throws {
        let node = try TestNode(v1: ["halt": "exit:2"], v2: nil)
        try node.start()
        try await node.shows("blocked") { $0.isBlocked && $0.phase.waiting_for == "binary" }
        let starts = node.ledger.all("start").count
        try node.installV2()
        try await node.isUpgraded()
        #expect(node.ledger.all("start", version: "v1").count == starts)
    }

    @Test(
        arguments: Styles.all,
        [
            ["pre_upgrade_exit": "0", "pre_upgrade_output": "migrated"],
            ["pre_upgrade_exit": "1"],
            ["pre_upgrade_exit": "0", "no_home_flag": "true"],
            ["pre_upgrade_exit": "31,31,0"],
        ])
    func `a pre-upgrade that may be gone on from is`(sdk: String, v2: [String: String])
        async throws
    {
        let node = try TestNode(chain: ["sdk": sdk], v2: v2)
        try node.start(["DAEMON_PREUPGRADE_MAX_RETRIES": "2"])
        try await node.isUpgraded()
    }

    @Test(arguments: ["2", "30", "31,31,31"])
    func `a pre-upgrade that fails blocks, and config is as before`(code: String) async throws {
        let node = try TestNode(v2: ["pre_upgrade_exit": code, "pre_upgrade_config": "true"])
        try node.write("minimum-gas-prices = \"1stake\"\n", to: "config/app.toml")
        try node.start(["DAEMON_PREUPGRADE_MAX_RETRIES": "2"])
        try await node.shows("a failed pre-upgrade") {
            $0.isBlocked && $0.phase.reason_code == "pre_upgrade_failed"
        }
        #expect(node.current == "genesis")
        #expect(try node.read("config/app.toml") == "minimum-gas-prices = \"1stake\"\n")
        #expect(node.ledger.all("pre-upgrade").count == (code.contains(",") ? 3 : 1))
        #expect(try await node.stop() == 0)
    }

    @Test func `the custom script is run in the home with name and height`() async throws {
        let node = try TestNode()
        try node.write(
            "#!/bin/sh\necho \"$1 $2 $PWD\" > hook-ran\n", to: "cosmovisor/hook.sh")
        try node.start(["COSMOVISOR_CUSTOM_PREUPGRADE": "hook.sh"])
        try await node.isUpgraded()
        #expect(try node.read("hook-ran") == "v2 12 \(node.path)\n")
    }

    @Test func `a custom script that fails blocks and says what it printed`() async throws {
        let node = try TestNode()
        try node.write("#!/bin/sh\necho no such moon >&2; exit 4\n", to: "cosmovisor/hook.sh")
        try node.start(["COSMOVISOR_CUSTOM_PREUPGRADE": "hook.sh"])
        try await node.shows("a failed hook") {
            $0.phase.reason_code == "hook_failed"
                && $0.phase.reason?.contains("no such moon") == true
        }
        #expect(node.current == "genesis")
        // A restart of the supervisor tries again, with the script mended, without the old binary.
        try await node.stop()
        try node.write("#!/bin/sh\n", to: "cosmovisor/hook.sh")
        try node.start(["COSMOVISOR_CUSTOM_PREUPGRADE": "hook.sh"])
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test func `a backup that cannot be made blocks before anything is changed`() async throws {
        let node = try TestNode()
        try node.make("backups")
        try node.make("backups/data-backup-v2-12.partial/x")
        try node.start(["DAEMON_DATA_BACKUP_DIR": node.path + "/backups"])
        try await node.isUpgraded()
        #expect(node.exists("backups/data-backup-v2-12/state.simchain"))
        #expect(!node.exists("backups/data-backup-v2-12.partial"))
        #expect(try await node.stop() == 0)
    }

    @Test(.enabled(if: getuid() == 0, "mounting needs root"))
    func `a backup that has no room waits for it, and goes on by itself`() async throws {
        let node = try TestNode()
        try node.make("backups")
        let folder = node.path + "/backups"
        #expect(mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0)
        defer { umount2(folder, Int32(MNT_DETACH)) }
        try node.write(String(repeating: "x", count: 300_000), to: "data/large")
        try node.start(["DAEMON_DATA_BACKUP_DIR": folder])
        try await node.shows("no room") {
            $0.phase.reason_code == "disk_full" && $0.phase.waiting_for == "disk_space"
        }
        #expect(node.current == "genesis")
        #expect(!node.exists("backups/data-backup-v2-12.partial"))
        #expect(mount("tmpfs", folder, "tmpfs", UInt(MS_REMOUNT), "size=64m") == 0)
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test func `backups can be left out`() async throws {
        let node = try TestNode()
        try node.start(["UNSAFE_SKIP_BACKUP": "true"])
        try await node.isUpgraded()
        #expect(!node.exists("data-backup-v2-12"))
    }

    @Test(arguments: Styles.all)
    func `a new binary that always fails is given up after five ends`(sdk: String) async throws {
        let node = try TestNode(
            chain: ["sdk": sdk], v2: ["handler_fails": "true", "replay_delay": "1"])
        try node.start()
        try await node.shows("a new binary that fails") {
            $0.isBlocked && $0.phase.reason_code == "start_failed"
        }
        #expect(node.ledger.all("start", version: "v2").count == 5)
        #expect(node.ledger.height() == 11)
    }

    @Test(arguments: Styles.all)
    func `a new binary without the handler is named, not looped on`(sdk: String) async throws {
        let node = try TestNode(
            chain: ["sdk": sdk], v2: ["handlers": "", "new_stores": ""])
        try node.start()
        try await node.shows("the wrong binary") { $0.phase.reason_code == "binary_rejected" }
        #expect(node.ledger.all("start", version: "v2").count == 1)
        #expect(node.ledger.violations == [])
    }

    @Test func `a link that cannot be followed blocks instead of running genesis`() async throws {
        let node = try TestNode()
        try node.start()
        try await node.isUpgraded()
        try await node.stop()
        unlink(node.path + "/cosmovisor/current")
        try node.start()
        try await node.shows("a broken link") {
            $0.isBlocked && $0.phase.reason_code == "link_broken"
        }
        #expect(node.ledger.starts == ["v1", "v2"])
    }
}
