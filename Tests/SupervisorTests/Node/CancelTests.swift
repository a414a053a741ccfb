import Testing

@testable import Supervisor

/// Operations that are called off, with real processes.
@Suite(.timeLimit(.minutes(5)))
struct CancelTests {
    private static let other = Originator(kind: .token, id: "k7qm2x4a", label: "ops")

    @Test func `a cancelled switch leaves a due plan blocked until start`() async throws {
        let node = try ScriptNode([
            "genesis": ScriptNode.asking("v1", plan: #"{"name":"v2","height":49}"#),
            "upgrades/v2": ScriptNode.steady("v2"),
        ])
        let hook = try node.installSlowHook()
        try await running(node.supervisor { $0.hook = hook }) { supervisor in
            await waits(supervisor) { $0.phase.step == .hooks }
            try await Eventually.holds("the hook runs") { node.lines.last == "hook starts" }
            let id = try #require(supervisor.board.status.operations.running.first?.id)
            let cancelled = try await supervisor.cancel(id, by: Self.other)
            #expect(cancelled.isSwitch)
            await waits(supervisor) { $0.operations[id]?.state == .cancelled }
            await waits(supervisor) { $0.phase.name == .blocked }
            #expect(supervisor.board.status.phase.reasonCode == .switchFailed)
            await #expect(throws: CancelRefusal.self) {
                try await supervisor.cancel(id, by: Self.other)
            }
            #expect(!node.lines.contains("v2 starts"))

            try node.letEnd()
            _ = try await supervisor.start(by: Originator(kind: .peer, uid: 0))
            try await Eventually.holds("v2 runs") { node.lines.last == "v2 starts" }
            await waits(supervisor) { $0.operations.running.isEmpty }
            let ends = supervisor.board.status.operations.newestFirst.map(\.state)
            #expect(ends == [.succeeded, .succeeded, .cancelled])
        }
        let told = Journal(home: node.home).oldest(limit: 1000).filter {
            $0.kind == .operationFinished && $0.data["operation"]?["state"]?.string == "cancelled"
        }
        #expect(told.map(\.originator) == [Self.other])
    }

    @Test func `what registers a cancellation is asked once, and ends by itself`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        try await running(node.supervisor()) { supervisor in
            let asked = Locked(0)
            let operation = await supervisor.beginCancellable { asked.withLock { $0 += 1 } }
            let other = await supervisor.beginCancellable(nil)
            #expect(try await supervisor.cancel(operation.id, by: Self.other).isRunning)
            await #expect(throws: CancelRefusal.notCancellable(operation)) {
                try await supervisor.cancel(operation.id, by: Self.other)
            }
            await #expect(throws: CancelRefusal.notCancellable(other)) {
                try await supervisor.cancel(other.id, by: Self.other)
            }
            let unknown = EventID(journal: operation.id.journal, number: 1_000_000)
            await #expect(throws: CancelRefusal.unknown) {
                try await supervisor.cancel(unknown, by: Self.other)
            }
            #expect(asked.withLock(\.self) == 1)
            try await Eventually.holds("v1 runs") { node.lines.contains("v1 starts") }
        }
    }
}

extension NodeSupervisor {
    fileprivate func beginCancellable(_ cancel: (@Sendable () -> Void)?) -> Supervisor.Operation {
        let operation = begin(.prepare, plan: "v2")
        memory.cancellations[operation.id] = cancel
        return operation
    }
}
