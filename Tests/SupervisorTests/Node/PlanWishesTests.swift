import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// What operators say of plans, and what comes of it.
@Suite(.timeLimit(.minutes(5)))
struct PlanWishesTests {
    private static let ops = Originator(kind: .token, id: "k7qm2x4a", label: "ops")
    private let name: PlanName

    init() throws {
        name = try PlanName("v2", case: .lowered)
    }

    private func running(
        _ supervisor: NodeSupervisor, _ body: (NodeSupervisor) async throws -> Void
    ) async throws {
        try await supervisor.prepare()
        async let code = supervisor.run()
        await waits(supervisor) { $0.daemon?.pid != nil }
        let result = await Result { try await body(supervisor) }
        await supervisor.shutdown(because: "the test's end")
        _ = await code
        try result.get()
    }

    /// Decides anew when the plan has changed by itself meanwhile, as the API does.
    private func deciding<Value>(
        on supervisor: NodeSupervisor,
        _ decision: (PlanFacts) async throws(PlanRefusal) -> Value
    ) async throws -> Value {
        for _ in 0..<10 {
            let seen = try #require(await supervisor.facts(of: name))
            do throws(PlanRefusal) {
                return try await decision(seen)
            } catch {
                guard error == .changed else { throw error }
            }
        }
        throw PlanRefusal.changed
    }

    @Test func `a declared plan shows, is kept, and goes when it is cancelled`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        let declaration = PlanDeclaration(trigger: .manual, height: nil)
        try await running(node.supervisor()) { supervisor in
            let facts = try await supervisor.declare(
                declaration, for: name, seen: nil, by: Self.ops)
            #expect(facts.origin == .operator && facts.state == .pending)
            #expect(supervisor.board.status.plans == [facts])
        }
        try await running(node.supervisor()) { supervisor in
            let facts = try #require(await supervisor.facts(of: name))
            #expect(facts.origin == .operator)
            let left = try await supervisor.cancel(
                name, seen: facts, because: "x", by: Self.ops)
            #expect(left == nil)
            #expect(supervisor.board.status.plans.isEmpty)
        }
        let told = Journal(home: node.home).oldest(limit: 1000).filter { $0.kind == .planChanged }
        #expect(told.map(\.originator) == [Self.ops, .system, Self.ops])
        #expect(told.map { $0.data["to"] } == [.string("pending"), .string("pending"), .null])
    }

    @Test func `what was decided on an old view is refused`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        try await running(node.supervisor()) { supervisor in
            let first = try await supervisor.declare(
                PlanDeclaration(trigger: .manual, height: nil), for: name, seen: nil, by: Self.ops)
            let other = PlanDeclaration(trigger: .height, height: 7)
            await #expect(throws: PlanRefusal.changed) {
                try await supervisor.declare(other, for: name, seen: nil, by: Self.ops)
            }
            let second = try await supervisor.declare(
                other, for: name, seen: first, by: Self.ops)
            #expect(second.height == 7)
            await #expect(throws: PlanRefusal.changed) {
                try await supervisor.cancel(name, seen: first, because: "x", by: Self.ops)
            }
        }
    }

    @Test func `the chain's plan can be pinned and cancelled, and nothing else`() async throws {
        let node = try ScriptNode([
            "genesis": ScriptNode.asking("v1", plan: #"{"name":"v2","height":49}"#)
        ])
        try await running(node.supervisor()) { supervisor in
            await waits(supervisor) { $0.phase.waitingFor == .binary }
            let seen = try #require(await supervisor.facts(of: name))
            #expect(seen.origin == .chain && seen.state == .due)
            await #expect(throws: PlanRefusal.self) {
                try await supervisor.declare(
                    PlanDeclaration(trigger: .chain, height: 50), for: name, seen: seen,
                    by: Self.ops)
            }
            let digest = String(repeating: "0f", count: 32)
            let pin = PlanDeclaration(trigger: .chain, height: 49, expectedSHA256: digest)
            let pinned = try await deciding(on: supervisor) { seen throws(PlanRefusal) in
                try await supervisor.declare(pin, for: name, seen: seen, by: Self.ops)
            }
            #expect(pinned.expectedSHA256 == digest && pinned.origin == .chain)
            let cancelled = try await deciding(on: supervisor) { seen throws(PlanRefusal) in
                try await supervisor.cancel(name, seen: seen, because: "not yet", by: Self.ops)
            }
            #expect(cancelled?.state == .cancelled)
            await waits(supervisor) { $0.phase.waitingFor == nil && $0.phase.name == .running }
            // The binary comes, and nothing happens: the no is bound to this height.
            try node.install("upgrades/v2", ScriptNode.steady("v2"))
            await supervisor.reload()
            await waits(supervisor) { $0.plans.first?.binary.sha256 != nil }
            #expect(supervisor.board.status.plans.first?.state == .cancelled)
            #expect(supervisor.board.status.current?.directory == "genesis")

            _ = try await deciding(on: supervisor) { seen throws(PlanRefusal) in
                try await supervisor.declare(
                    PlanDeclaration(trigger: .chain, height: 49), for: name, seen: seen,
                    by: Self.ops)
            }
            await waits(supervisor) { $0.current?.directory == "upgrades/v2" }
            try await Eventually.holds("v2 runs") { node.lines.contains("v2 starts") }
        }
    }

    @Test func `an entry that cannot be read is a plan that says so`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        try DurableFile.makeFolder(node.home.planBook, mode: 0o700)
        try DurableFile.replace(node.home.planBook + "/v2.json", with: Array("{".utf8))
        let supervisor = node.supervisor()
        try await running(supervisor) { supervisor in
            await waits(supervisor) { $0.plans.first?.state == .invalid }
            #expect(supervisor.board.status.plans.first?.reasonCode == .unreadable)
            #expect(supervisor.counters.snapshot.watchErrors[.planBook] == 1)
        }
    }

    @Test func `another spelling of the same folder is a conflict`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        try await running(node.supervisor()) { supervisor in
            let declaration = PlanDeclaration(trigger: .manual, height: nil)
            let facts = try await supervisor.declare(
                declaration, for: name, seen: nil, by: Self.ops)
            let other = try PlanName("V2", case: .lowered)
            await #expect(
                throws: PlanRefusal.conflict(
                    existing: "v2", "the same plan is known as \"v2\"")
            ) {
                try await supervisor.declare(declaration, for: other, seen: facts, by: Self.ops)
            }
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
