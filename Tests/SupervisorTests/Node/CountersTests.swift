import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// What real daemons of a real supervisor are counted as.
@Suite struct CountersTests {
    @Test func `an upgrade is counted with its downtime and every step's time`() async throws {
        let node = try ScriptNode([
            "genesis": ScriptNode.asking("v1", plan: #"{"name":"v2","height":49}"#),
            "upgrades/v2": ScriptNode.steady("v2"),
        ])
        let values = try await run(node) { supervisor in
            try await Eventually.holds("v2 runs") { node.lines.contains("v2 starts") }
            // The script may be quicker than the supervisor's own view of it.
            await waits(supervisor) { status in
                status.operations.newestFirst.contains { $0.isSwitch && !$0.isRunning }
            }
        }
        #expect(values.starts[.first] == 1)
        #expect(values.starts[.upgrade] == 1)
        #expect(values.starts.total == 2)
        #expect(values.switches[.succeeded] == 1)
        #expect(values.switches.total == 1)
        #expect(values.operations[.init(.switch, .succeeded)] == 1)
        let times = try #require(values.lastSwitch)
        #expect(Set(times.steps.keys) == Set(UpgradeStep.allCases))
        let sum = times.steps.values.reduce(.zero, +)
        #expect(values.downtime.counts.reduce(0, +) == 1)
        #expect(values.downtime.sum >= sum.inSeconds * 0.99)
        #expect(try #require(values.lastBackup).endedAt <= times.endedAt)
        #expect(values.exits[.clean] == 2)
    }

    @Test func `a crash and the start after it are counted`() async throws {
        let crashing = "echo x >> lines; [ $(wc -l < lines) -gt 1 ] || exit 3\n"
        let node = try ScriptNode(["genesis": crashing + ScriptNode.steady("v1")])
        let values = try await run(node) { _ in
            try await Eventually.holds("it runs") { node.lines.contains("v1 starts") }
        }
        #expect(values.starts[.first] == 1)
        #expect(values.starts[.crash] == 1)
        #expect(values.exits[.error] == 1)
        #expect(values.exits[.clean] == 1)
        #expect(values.lastSwitch == nil)
    }

    @Test func `a start that was asked for is told from a first one`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        let values = try await run(node) { supervisor in
            await waits(supervisor) { $0.daemon?.pid != nil }
            try await supervisor.request(.stop)
            await waits(supervisor) { $0.phase.name == .idle }
            try await supervisor.request(.start)
            await waits(supervisor) { $0.daemon?.pid != nil }
        }
        #expect(values.starts[.first] == 1)
        #expect(values.starts[.request] == 1)
        #expect(values.starts.total == 2)
    }

    @Test func `a daemon that had to be killed is counted as such`() async throws {
        let node = try ScriptNode([
            "genesis": "trap '' TERM; echo deaf >> lines; while :; do sleep 0.02; done"
        ])
        let values = try await run(node, { $0.policy.grace = .milliseconds(50) }) { _ in
            try await Eventually.holds("it is deaf") { node.lines.contains("deaf") }
        }
        #expect(values.exits[.killed] == 1)
        #expect(values.exits.total == 1)
    }

    @Test func `a switch whose step fails has failed`() async throws {
        let node = try Self.asking()
        try node.script("hook", "exit 1")
        let values = try await run(node, { $0.hook = "hook" }) { supervisor in
            await waits(supervisor) { $0.phase.reasonCode == .hookFailed }
        }
        #expect(values.switches[.failed] == 1)
        #expect(values.switches.total == 1)
        #expect(values.lastSwitch == nil)
        #expect(values.downtime.counts.allSatisfy { $0 == 0 })
    }

    @Test func `a switch that a stop overtakes is cancelled`() async throws {
        let node = try Self.asking()
        try node.script("hook", "echo hook >> \(node.path)/lines; exec sleep 60")
        let values = try await run(node, { $0.hook = "hook" }) { supervisor in
            try await Eventually.holds("the hook runs") { node.lines.contains("hook") }
            try await supervisor.request(.stop)
            await waits(supervisor) { $0.phase.name == .idle }
        }
        #expect(values.switches[.cancelled] == 1)
        #expect(values.switches.total == 1)
    }

    @Test func `a broken plan file is one error, and shows while it is there`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        let values = try await run(node) { supervisor in
            await waits(supervisor) { $0.daemon?.pid != nil }
            #expect(!supervisor.board.status.isPlanFileInvalid)
            try Data("{".utf8).write(to: URL(filePath: node.home.planFile))
            await waits(supervisor) { $0.isPlanFileInvalid }
            unlink(node.home.planFile)
            await waits(supervisor) { !$0.isPlanFileInvalid }
        }
        #expect(values.watchErrors[.planFile] == 1)
    }

    @Test func `a folder that cannot be watched is counted`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        rmdir(node.home.data)
        let values = try await run(node) { supervisor in
            try await Eventually.holds("it was missed") {
                supervisor.counters.snapshot.watchErrors[.directory] > 0
            }
        }
        #expect(values.watchErrors[.planFile] == 0)
    }

    @Test func `a histogram's bounds belong to their classes`() {
        var histogram = Histogram(bounds: [0.5, 1])
        for milliseconds in [0, 500, 501, 1000, 1001] {
            histogram.observe(.milliseconds(milliseconds))
        }
        #expect(histogram.counts == [2, 2, 1])
        #expect(abs(histogram.sum - 3.002) < 1e-9)
    }

    /// Halts for v2 at once.
    private static func asking() throws -> ScriptNode {
        try ScriptNode([
            "genesis": ScriptNode.asking("v1", plan: #"{"name":"v2","height":49}"#),
            "upgrades/v2": ScriptNode.steady("v2"),
        ])
    }

    /// Supervises while the body runs, ends in order, and answers what was counted.
    private func run(
        _ node: ScriptNode, _ change: (inout Setup) -> Void = { _ in },
        _ body: (NodeSupervisor) async throws -> Void
    ) async throws -> Counters.Values {
        let supervisor = node.supervisor(change)
        try await supervisor.prepare()
        async let code = supervisor.run()
        try await body(supervisor)
        try await supervisor.request(.shutdown(nil))
        _ = await code
        return supervisor.counters.snapshot
    }
}

extension ScriptNode {
    /// A script in `cosmovisor/`.
    fileprivate func script(_ name: String, _ text: String) throws {
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: home.root + "/" + name))
        chmod(home.root + "/" + name, 0o755)
    }
}
