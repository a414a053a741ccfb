import FoundationEssentials
import Glibc
import Testing

/// TERM, INT, QUIT and HUP, at each moment of a node's life.
@Suite(.serialized) struct SignalTests {
    static let ends = [SIGTERM, SIGINT, SIGQUIT]

    @Test(arguments: ends)
    func `in a backoff it ends at once`(signal: Int32) async throws {
        let node = try TestNode(v1: ["fail_start": "100"])
        try node.start()
        try await node.shows("a backoff") { $0.phase.name == "backing_off" }
        node.signal(SIGHUP)
        #expect(try await node.stop(signal) == 0)
    }

    @Test(arguments: ends)
    func `in the custom script the script is ended and nothing switched`(
        signal: Int32
    ) async throws {
        let node = try TestNode()
        try node.write(
            "#!/bin/sh\n[ -e hook-ran ] || { echo $$ > hook-ran; sleep 1000; }\n",
            to: "cosmovisor/hook.sh")
        try node.start(["COSMOVISOR_CUSTOM_PREUPGRADE": "hook.sh"])
        try await eventually("the script runs") { node.exists("hook-ran") }
        node.signal(SIGHUP)
        #expect(try await node.stop(signal) == 0)
        #expect(node.current == "genesis")
        let script = try #require(pid_t(try node.read("hook-ran").dropLast()))
        #expect(ProcessState.of(script) == nil)
        try node.start(["COSMOVISOR_CUSTOM_PREUPGRADE": "hook.sh"])
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test func `in pre-upgrade the program is ended and nothing switched`() async throws {
        let node = try TestNode(v2: ["pre_upgrade_exit": "0", "pre_upgrade_ms": "60000"])
        try node.start()
        try await eventually("pre-upgrade runs") { node.ledger.has("pre-upgrade") }
        #expect(try await node.stop() == 0)
        #expect(node.current == "genesis")
    }

    @Test func `in a backup the copy is given up, and begun anew`() async throws {
        let node = try TestNode()
        let file = open(node.path + "/data/big", O_WRONLY | O_CREAT, 0o600)
        ftruncate(file, 1 << 30)
        close(file)
        try node.start()
        try await eventually("the copy has begun") { node.exists("data-backup-v2-12.partial/big") }
        #expect(try await node.stop() == 0)
        #expect(!node.exists("data-backup-v2-12.partial") && !node.exists("data-backup-v2-12"))
        #expect(node.current == "genesis")
        unlink(node.path + "/data/big")
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test(arguments: ends)
    func `in a migration the new binary is ended, and goes on later`(signal: Int32) async throws {
        let node = try TestNode(v2: ["migration": "1500"])
        try node.start()
        try await eventually("the migration runs") { node.ledger.has("migrating") }
        node.signal(SIGHUP)
        _ = try await node.stop(signal)
        #expect(node.current == "upgrades/v2")
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2", "v2"])
        #expect(node.ledger.all("pre-upgrade").count == 1)
    }

    @Test func `while a binary is awaited the node is ended in order`() async throws {
        let node = try TestNode(v2: nil)
        try node.start()
        try await node.shows("a wait") { $0.phase.waiting_for == "binary" }
        node.signal(SIGHUP)
        #expect(try await node.stop() == 0)
        #expect(node.ledger.has("end"))
        try node.installV2()
        try node.start()
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test func `a signal right after the start leaves nothing behind`() async throws {
        for round in 0..<10 {
            let node = try TestNode()
            try node.start()
            try await Cut.wait(milliseconds: round * 3)
            // Before the first statement of main the kernel's own default applies.
            let code = try await node.stop()
            #expect(code == 0 || code == 128 + SIGTERM)
            for start in node.ledger.all("start") {
                let state = ProcessState.of(start.pid)
                #expect(state == nil || state == "Z")
            }
        }
    }
}
