import FoundationEssentials
import Glibc
import Testing

/// The supervisor is killed without warning, in each phase, and started again.
@Suite(.serialized) struct RecoveryTests {
    @Test func `a running daemon is adopted and goes on`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        try node.start()
        try await node.reaches(5, "v1")
        try await node.kill9()
        try node.start()
        try await node.shows("an adopted daemon") { $0.daemon?.adopted == true }
        let height = node.ledger.height()
        try await node.reaches(height + 5, "v1")
        #expect(node.ledger.starts == ["v1"])
        #expect(try await node.stop() == 0)
        #expect(node.ledger.has("end"))
    }

    @Test func `an adopted daemon is upgraded`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@40"])
        try node.start()
        try await node.reaches(5, "v1")
        try await node.kill9()
        try node.start()
        try await node.reaches(42, "v2")
        #expect(node.ledger.starts == ["v1", "v2"])
        #expect(node.ledger.violations == [])
    }

    @Test func `a daemon that ended at the height while nobody watched is upgraded`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@40"], v1: ["halt": "exit:2"])
        try node.start()
        try await node.reaches(5, "v1")
        try await node.kill9()
        try await eventually("the node ends") { node.ledger.has("halt") }
        try node.start()
        try await node.reaches(42, "v2")
        #expect(node.ledger.violations == [])
    }

    @Test func `a crash while the old node flushes never makes two`() async throws {
        let node = try TestNode(v1: ["flush": "2000"])
        try node.start()
        try await eventually("TERM arrived") { node.ledger.has("term") }
        try await node.kill9()
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test func `a crash in the custom script has it ended and run again`() async throws {
        let node = try TestNode()
        try node.write(
            "#!/bin/sh\necho $$ >> hook-pids\n[ $(wc -l < hook-pids) -gt 1 ] || sleep 1000\n",
            to: "cosmovisor/hook.sh")
        try node.start(["COSMOVISOR_CUSTOM_PREUPGRADE": "hook.sh"])
        try await eventually("the script runs") { node.exists("hook-pids") }
        try await node.kill9()
        try node.start(["COSMOVISOR_CUSTOM_PREUPGRADE": "hook.sh"])
        try await node.isUpgraded()
        let first = try node.read("hook-pids").split(separator: "\n").first.flatMap { pid_t($0) }
        #expect(ProcessState.of(try #require(first)) != "S")
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test func `a crash in pre-upgrade goes on without the old binary`() async throws {
        let node = try TestNode(v2: ["pre_upgrade_exit": "0", "pre_upgrade_ms": "1500"])
        try node.start()
        try await eventually("pre-upgrade runs") { node.ledger.has("pre-upgrade") }
        try await node.kill9()
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test func `a crash while the new binary migrates adopts it`() async throws {
        let node = try TestNode(v2: ["migration": "2500"])
        try node.start()
        try await eventually("the migration runs") { node.ledger.has("migrating") }
        try await node.kill9()
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test func `a crash while blocked stays blocked until the cause is gone`() async throws {
        let node = try TestNode(v1: ["halt": "exit:2"], v2: nil)
        try node.start()
        try await node.shows("blocked") { $0.isBlocked }
        try await node.kill9()
        try node.start()
        try await node.shows("blocked") { $0.isBlocked }
        let starts = node.ledger.all("start").count
        try node.installV2()
        try await node.isUpgraded()
        #expect(node.ledger.all("start", version: "v1").count == starts)
    }

    @Test func `a crash in a backoff starts the daemon once`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"], v1: ["fail_start": "4"])
        try node.start()
        try await node.shows("a backoff") { $0.phase.name == "backing_off" }
        try await node.kill9()
        try node.start()
        try await node.reaches(5, "v1")
        #expect(node.ledger.violations == [])
    }

    /// Kills at moments spread over the whole upgrade; whatever was cut, the next start finishes it.
    @Test func `cut anywhere, the upgrade is finished once and by one`() async throws {
        for round in 0..<24 {
            let node = try TestNode(
                v1: ["flush": "\(round % 3 * 20)"], v2: ["pre_upgrade_exit": "0"])
            try node.start()
            try await eventually("the file is written") { node.ledger.has("file") }
            try await Cut.wait(milliseconds: round * 4)
            try await node.kill9()
            try node.start()
            try await node.isUpgraded()
            #expect(node.ledger.starts.filter { $0 == "v2" }.count == 1)
        }
    }

    @Test func `remains of a wrapper whose supervisor died are stopped first`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"], v1: ["wrapper": "true"])
        try node.start()
        try await node.reaches(5, "v1")
        let wrapper = try #require(try node.status().daemon?.pid)
        try await node.kill9()
        kill(wrapper, SIGKILL)
        try node.start()
        try await eventually("a second start") { node.ledger.all("start").count == 2 }
        try await node.reaches(node.ledger.height() + 3, "v1")
        #expect(node.ledger.violations == [])
        #expect(node.ledger.has("end"))
    }
}

/// A moment chosen by the clock: what is cut is the point of the test, not when it is ready.
///
/// The only sleep here that waits for nothing: wherever it ends, the test has to pass.
enum Cut {
    static func wait(milliseconds: Int) async throws {
        try await Task.sleep(for: .milliseconds(milliseconds))
    }
}
