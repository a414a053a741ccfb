import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// What a node's life leaves in its history, and the operations in it.
@Suite(.timeLimit(.minutes(5)))
struct HistoryTests {
    private static let ops = Originator(kind: .token, id: "k7qm2x4a", label: "ops")

    private func ended(_ operation: Operation, in supervisor: NodeSupervisor) async -> Operation {
        for await status in supervisor.board.changes() {
            if let known = status.operations[operation.id], !known.isRunning { return known }
        }
        return operation
    }

    /// The script has set its trap, and the supervisor knows that it runs.
    private func runs(
        _ name: String, _ node: ScriptNode, _ supervisor: NodeSupervisor
    ) async throws {
        try await Eventually.holds("\(name) runs") { node.lines.contains("\(name) starts") }
        await waits(supervisor) { $0.daemon?.pid != nil }
    }

    @Test func `a life is told in order, and on disk when the supervisor has ended`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        try await running(node.supervisor()) { supervisor in
            await waits(supervisor) { $0.daemon?.pid != nil }
            try await Eventually.holds("v1 runs") { node.lines.contains("v1 starts") }
        }
        let events = Journal(home: node.home).oldest(limit: 1000)
        #expect(
            events.map(\.kind).filter { $0 != .phaseChanged && $0 != .planFile } == [
                .supervisorStarted, .daemonStarted, .daemonExited, .supervisorStopping,
            ])
        #expect(events.map(\.id.number) == Array(1...Int64(events.count)))
        #expect(events.last?.data["reason"] == .string("the test's end"))
        #expect(events.first { $0.kind == .daemonExited }?.data["expected"] == .bool(true))
    }

    @Test func `an upgrade is one operation, with its steps`() async throws {
        let node = try ScriptNode([
            "genesis": ScriptNode.asking("v1", plan: #"{"name":"v2","height":49}"#),
            "upgrades/v2": ScriptNode.steady("v2"),
        ])
        try await running(node.supervisor()) { supervisor in
            await waits(supervisor) { status in
                status.operations.newestFirst.contains { $0.isSwitch && !$0.isRunning }
            }
            try await Eventually.holds("v2 runs") { node.lines.contains("v2 starts") }
            let operation = try #require(supervisor.board.status.operations.newestFirst.first)
            #expect(operation.state == .succeeded)
            #expect(operation.plan == "v2")
            #expect(operation.originator == .system)
            #expect(operation.progress == .steps(done: 7))
            let steps = try #require(operation.result?.steps)
            #expect(Set(steps.keys) == Set(UpgradeStep.allCases))
            #expect(operation.result?.downtime == steps.values.reduce(.zero, +))
        }
        let told = Journal(home: node.home).oldest(limit: 1000)
        let steps = told.filter { $0.kind == .stepFinished }.compactMap { $0.data["step"]?.string }
        #expect(steps == UpgradeStep.allCases.map(\.rawValue))
        #expect(told.count { $0.kind == .operationStarted } == 1)
        #expect(told.count { $0.kind == .operationFinished } == 1)
        #expect(told.contains { $0.kind == .backupChanged })
    }

    @Test func `start, stop and restart are operations of who asked`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        try await running(node.supervisor()) { supervisor in
            try await runs("v1", node, supervisor)
            let again = try await supervisor.start(by: Self.ops)
            #expect(again.state == .succeeded)

            let restart = try await supervisor.restart(by: Self.ops)
            #expect(restart.isRunning && restart.originator == Self.ops)
            await #expect(throws: WishRefusal.operationInProgress(restart)) {
                try await supervisor.restart(by: Self.ops)
            }
            #expect(await ended(restart, in: supervisor).state == .succeeded)
            try await Eventually.holds("v1 runs anew") {
                node.lines == ["v1 starts", "v1 ends", "v1 starts"]
            }

            let hold = Hold(since: .now, actor: "ops", reason: "moved")
            let stop = try await supervisor.stop(hold: hold, by: Self.ops)
            #expect(await ended(stop, in: supervisor).state == .succeeded)
            await #expect(throws: WishRefusal.lifecycle(.held)) {
                try await supervisor.restart(by: Self.ops)
            }
            let start = try await supervisor.start(by: Self.ops)
            #expect(await ended(start, in: supervisor).state == .succeeded)
            try await Eventually.holds("v1 runs once more") {
                node.lines.last == "v1 starts" && node.lines.count == 5
            }
        }
        let holds = Journal(home: node.home).oldest(limit: 1000).filter { $0.kind == .holdChanged }
        #expect(holds.map { $0.data["held"] } == [.bool(true), .bool(false)])
        #expect(holds.map(\.originator) == [Self.ops, Self.ops])
    }

    @Test func `a request that is repeated with its key begins nothing new`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        let key = Operation.IdempotencyKey(text: "9b1c", fingerprint: "a")
        let other = Operation.IdempotencyKey(text: "9b1c", fingerprint: "b")
        try await running(node.supervisor()) { supervisor in
            try await runs("v1", node, supervisor)
            let first = try await supervisor.restart(by: Self.ops, key: key)
            _ = await ended(first, in: supervisor)
            let second = try await supervisor.restart(by: Self.ops, key: key)
            #expect(second.id == first.id && second.state == .succeeded)
            await #expect(throws: WishRefusal.keyReused) {
                try await supervisor.restart(by: Self.ops, key: other)
            }
            try await Eventually.holds("v1 runs anew") { node.lines.count == 3 }
        }
        // And after a restart of the supervisor.
        try await running(node.supervisor()) { supervisor in
            await waits(supervisor) { !$0.operations.newestFirst.isEmpty }
            try await Eventually.holds("v1 runs") { node.lines.count == 5 }
            await waits(supervisor) { $0.daemon?.pid != nil }
            let third = try await supervisor.restart(by: Self.ops, key: key)
            #expect(third.state == .succeeded)
            #expect(node.lines.count == 5)
        }
    }

    @Test func `what was under way when the supervisor died is interrupted`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        let journal = Journal(home: node.home)
        try DurableFile.makeFolder(node.home.own, mode: 0o711)
        let lost = Operation(
            id: EventID(journal: journal.name, number: 1), kind: .restart, plan: nil,
            originator: Self.ops, createdAt: Date(timeIntervalSince1970: 1_795_416_957), key: nil)
        journal.append(.operationStarted, by: Self.ops) { _ in
            .object(["operation": lost.json])
        }
        journal.finish()
        await journal.write()
        try await running(node.supervisor()) { supervisor in
            let known = await ended(lost, in: supervisor)
            #expect(known.state == .failed)
            #expect(known.failure == .interrupted)
            #expect(known.createdAt == lost.createdAt && known.originator == Self.ops)
            try await Eventually.holds("v1 runs") { node.lines.contains("v1 starts") }
        }
    }
}
