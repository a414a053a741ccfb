import Glibc
import Testing

@testable import Supervisor

/// The actor with real processes and files: what the lifecycle decides comes to pass.
@Suite struct NodeSupervisorTests {
    @Test func `a daemon without heights is upgraded on its word`() async throws {
        let node = try ScriptNode([
            "genesis": ScriptNode.asking("v1", plan: #"{"name":"V2","height":49}"#),
            "upgrades/v2": ScriptNode.steady("v2"),
        ])
        let supervisor = node.supervisor()
        try await supervisor.prepare()
        async let code = supervisor.run()
        await waits(supervisor) { $0.current?.directory == "upgrades/v2" && $0.daemon?.pid != nil }
        // Before the script has set its trap, TERM would end it by itself.
        try await Eventually.holds("v2 runs") { node.lines.contains("v2 starts") }
        try await supervisor.request(.shutdown(nil))
        #expect(await code == 0)
        #expect(node.lines.prefix(2) == ["v1 starts", "v1 ends"])
        #expect(access(node.path + "/data-backup-v2-49/upgrade-info.json", F_OK) == 0)
    }

    @Test func `a hold is durable before the daemon is stopped, and only start lifts it`()
        async throws
    {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        let first = node.supervisor()
        try await first.prepare()
        async let code = first.run()
        await waits(first) { $0.daemon?.pid != nil }
        let hold = Hold(since: .now, actor: "ops", reason: "moved to another host")
        _ = try await first.stop(hold: hold, by: .system)
        #expect(HoldFile.read(in: node.home)?.actor == "ops")
        await waits(first) { $0.phase.name == .idle && $0.daemon?.pid == nil }
        await #expect(throws: Lifecycle.Refusal.held) { try await first.request(.restart) }
        try await first.request(.shutdown(nil))
        _ = await code

        let second = node.supervisor()
        try await second.prepare()
        async let secondCode = second.run()
        await waits(second) { $0.phase.name == .idle && $0.hold?.reason == "moved to another host" }
        #expect(node.lines.filter { $0 == "v1 starts" }.count == 1)
        try await second.request(.start)
        await waits(second) { $0.daemon?.pid != nil && $0.hold == nil }
        #expect(HoldFile.read(in: node.home) == nil)
        try await second.request(.shutdown(nil))
        _ = await secondCode
    }

    @Test func `a restart ends the daemon in order and starts it anew`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        let supervisor = node.supervisor()
        try await supervisor.prepare()
        async let code = supervisor.run()
        await waits(supervisor) { $0.daemon?.pid != nil }
        let pid = supervisor.board.status.daemon?.pid
        try await supervisor.request(.restart)
        await waits(supervisor) { $0.daemon?.pid != nil && $0.daemon?.pid != pid }
        let exits = supervisor.board.status.daemon?.exits ?? []
        #expect(exits.map(\.pid) == [pid].compactMap(\.self))
        #expect(exits.map(\.expected) == [true])
        try await supervisor.request(.shutdown(7))
        #expect(await code == 7)
    }

    @Test func `a daemon that ends by itself with 0 is the end`() async throws {
        let node = try ScriptNode(["genesis": "echo done >> lines; exit 0"])
        let supervisor = node.supervisor()
        try await supervisor.prepare()
        #expect(await supervisor.run() == 0)
        #expect(node.lines == ["done"])
    }

    @Test func `a program that cannot be run blocks with the kernel's reason`() async throws {
        let node = try ScriptNode(["genesis": "exit 0"])
        #expect(truncate(node.home.genesis.binary, 1) == 0)
        let supervisor = node.supervisor()
        try await supervisor.prepare()
        async let code = supervisor.run()
        await waits(supervisor) { $0.phase.name == .blocked }
        let phase = supervisor.board.status.phase
        #expect(phase.reasonCode == .startFailed)
        #expect(phase.reason?.contains("execve") == true)
        #expect(phase.remedy?.isEmpty == false)
        try node.install("genesis", ScriptNode.steady("v1"))
        try await supervisor.request(.start)
        await waits(supervisor) { $0.daemon?.pid != nil }
        try await supervisor.request(.shutdown(nil))
        _ = await code
    }

    @Test func `many starts and stops at once leave one daemon or none`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        let supervisor = node.supervisor()
        try await supervisor.prepare()
        async let code = supervisor.run()
        await withTaskGroup { group in
            for round in 0..<40 {
                group.addTask {
                    let command: Lifecycle.Command = round % 2 == 0 ? .stop : .start
                    // A refusal is an answer as good as any here.
                    try? await supervisor.request(command)
                }
            }
        }
        try await supervisor.request(.start)
        await waits(supervisor) { $0.daemon?.pid != nil && $0.phase.name == .running }
        try await supervisor.request(.shutdown(nil))
        _ = await code
        let starts = node.lines.filter { $0 == "v1 starts" }.count
        let ends = node.lines.filter { $0 == "v1 ends" }.count
        // A script that got TERM before its trap was set has written nothing of its end.
        #expect(ends <= starts)
        #expect(ProcessTable.daemons(root: node.home.root, data: node.home.data).isEmpty)
    }
}
