import FoundationEssentials
import Glibc
import Testing

/// One supervisor and one daemon per home; holds; what is around us.
@Suite(.serialized) struct GuardTests {
    @Test func `a second supervisor names the first and touches nothing`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        try node.start()
        try await node.reaches(3, "v1")
        let first = try #require(node.supervisor).pid
        let second = try TestProcess(
            Programs.switchyard, ["run", "start"],
            environment: ["DAEMON_HOME": node.path, "DAEMON_NAME": "simd"],
            log: node.path + "/second.log")
        try await eventually("the second ends") { second.exitCode() == 1 }
        #expect(try node.read("second.log").contains("pid \(first)"))
        let height = node.ledger.height()
        try await node.reaches(height + 3, "v1")
        #expect(node.ledger.starts == ["v1"])
    }

    @Test func `a daemon that somebody else started is not doubled`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        let foreign = try TestProcess(
            node.path + "/cosmovisor/genesis/bin/simd", ["start", "--home", node.path],
            environment: [:], log: node.path + "/foreign.log")
        try await node.reaches(3, "v1")
        try node.start()
        #expect(try await node.ended() == 1)
        #expect(node.log.contains("daemon-already-running"))
        #expect(node.log.contains("pid \(foreign.pid)"))
        #expect(node.ledger.starts == ["v1"])
    }

    @Test func `a forged record makes us follow nobody`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        try node.start()
        try await node.reaches(3, "v1")
        try await node.stop()
        let bystander = try TestProcess(
            "/bin/sleep", ["1000"], environment: [:], log: "/dev/null")
        let ticks = try #require(ProcessState.startTicks(bystander.pid))
        let record = try node.read("cosmovisor/.switchyard/child")
            .replacing(/"pid":[0-9]+/, with: "\"pid\":\(bystander.pid)")
            .replacing(/"startTicks":[0-9]+/, with: "\"startTicks\":\(ticks)")
        try node.write(record, to: "cosmovisor/.switchyard/child")
        let height = node.ledger.height()
        try node.start()
        // A block, not only a start: a node that has just begun knows no orderly end yet.
        try await node.reaches(height + 1, "v1")
        #expect(node.ledger.starts == ["v1", "v1"])
        #expect(try await node.stop() == 0)
        #expect(bystander.exitCode() == nil)
    }

    @Test func `a held node is not started`() async throws {
        let node = try TestNode()
        try node.make("cosmovisor/.switchyard")
        try node.write(
            #"{"actor":"ops","reason":"moved","since":"2026-01-02T03:04:05Z"}"#,
            to: "cosmovisor/.switchyard/down")
        try node.start()
        try await node.shows("the hold") { $0.hold != nil && $0.phase.name == "idle" }
        #expect(try await node.stop() == 0)
        #expect(node.ledger.starts == [])
    }

    @Test func `a crashing daemon is restarted, and backs off`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"], v1: ["fail_start": "3"])
        try node.start()
        try await node.reaches(5, "v1")
        let starts = node.ledger.all("start").map(\.time)
        #expect(starts.count == 4)
        #expect(starts[2] - starts[1] > 800_000_000)
        #expect(starts[3] - starts[2] > 1_700_000_000)
    }

    @Test func `as PID 1 we reap orphans and end in order`() async throws {
        try #require(getuid() == 0, "needs root")
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        try node.write(
            "#!/bin/sh\n(sh -c 'exit 0' & exec sleep 0.1) &\nexec \(Programs.switchyard) run start\n",
            to: "init.sh")
        let container = try TestProcess(
            "/usr/bin/unshare",
            ["--pid", "--fork", "--mount-proc", "--kill-child", "/bin/sh", node.path + "/init.sh"],
            environment: [
                "DAEMON_HOME": node.path, "DAEMON_NAME": "simd", "PATH": "/usr/bin:/bin",
            ],
            log: node.path + "/log")
        try await node.reaches(5, "v1")
        let inside = try #require(ProcessState.children(of: container.pid).first)
        try await eventually("only living children") {
            ProcessState.children(of: inside).allSatisfy { ProcessState.of($0) != "Z" }
        }
        kill(inside, SIGTERM)
        try await eventually("the container ends") { container.exitCode() == 0 }
        #expect(node.ledger.has("end"))
    }

    @Test func `a fake notify socket hears the truth, and the daemon has no part in it`()
        async throws
    {
        let node = try TestNode()
        let notify = try NotifySocket(node.path + "/notify")
        try node.start([
            "NOTIFY_SOCKET": node.path + "/notify", "WATCHDOG_USEC": "60000000",
            "LISTEN_FDS": "0", "LISTEN_PID": "1",
        ])
        var told: [String] = []
        try await eventually("v2 runs") {
            told += notify.received()
            return node.ledger.height(of: "v2") >= 14
        }
        node.signal(SIGTERM)
        try await eventually("the end") {
            told += notify.received()
            return node.supervisor?.exitCode() == 0
        }
        #expect(told.contains { $0.contains("READY=1") })
        #expect(told.contains { $0.contains("STATUS=upgrading") })
        #expect(told.contains { $0.contains("STOPPING=1") })
        #expect(!node.ledger.has("leak"))
    }
}
