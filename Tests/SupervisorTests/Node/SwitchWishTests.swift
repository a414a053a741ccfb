import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// A switch that an operator asks for.
@Suite(.timeLimit(.minutes(5)))
struct SwitchWishTests {
    private static let ops = Originator(kind: .token, id: "k7qm2x4a", label: "ops")
    private let name: PlanName
    private let node: ScriptNode

    init() throws {
        name = try PlanName("v2", case: .lowered)
        node = try ScriptNode([
            "genesis": ScriptNode.steady("v1"), "upgrades/v2": ScriptNode.steady("v2"),
        ])
    }

    /// Runs a supervisor for as long as the body takes, then ends it.
    private func running(
        _ body: (NodeSupervisor) async throws -> Void
    ) async throws {
        let supervisor = node.supervisor()
        try await supervisor.prepare()
        async let code = supervisor.run()
        await waits(supervisor) { $0.plans.first?.binary.sha256 != nil }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(supervisor))
        } catch {
            result = .failure(error)
        }
        await supervisor.shutdown(because: "the test's end")
        _ = await code
        try result.get()
    }

    private func runs(_ name: String) async throws {
        try await Eventually.holds("\(name) runs") { node.lines.last == "\(name) starts" }
    }

    private func digest(_ supervisor: NodeSupervisor) throws -> String {
        try #require(supervisor.board.status.plans.first?.binary.sha256)
    }

    private func ended(_ operation: Operation, in supervisor: NodeSupervisor) async -> Operation {
        for await status in supervisor.board.changes() {
            if let known = status.operations[operation.id], !known.isRunning { return known }
        }
        return operation
    }

    @Test func `the staged binary of a folder runs once it is asked for by its digest`()
        async throws
    {
        try await running { supervisor in
            try await runs("v1")
            await waits(supervisor) { $0.daemon?.pid != nil }
            let wish = SwitchWish(plan: name, sha256: try digest(supervisor), reason: "now")
            let operation = try await supervisor.switch(wish, by: Self.ops)
            #expect(operation.kind == .switch && operation.plan == "v2")
            #expect(operation.originator == Self.ops)
            let known = await ended(operation, in: supervisor)
            #expect(known.state == .succeeded, "\(String(describing: known.failure))")
            #expect(Set(known.result?.steps.keys ?? [:].keys) == Set(UpgradeStep.allCases))
            try await runs("v2")
            #expect(node.lines == ["v1 starts", "v1 ends", "v2 starts"])
            await waits(supervisor) { $0.current?.directory == "upgrades/v2" }

            let again = try await supervisor.switch(wish, by: Self.ops)
            #expect(again.state == .succeeded && again.id != operation.id)
            await #expect(throws: WishRefusal.digestMismatch(staged: wish.sha256)) {
                try await supervisor.switch(
                    SwitchWish(plan: name, sha256: String(repeating: "0", count: 64)),
                    by: Self.ops)
            }
        }
    }

    @Test func `what is not staged, not due or not that binary is refused`() async throws {
        try await running { supervisor in
            try await runs("v1")
            await waits(supervisor) { $0.daemon?.pid != nil }
            let digest = try digest(supervisor)
            func refusal(_ wish: SwitchWish) async -> WishRefusal? {
                do throws(WishRefusal) {
                    _ = try await supervisor.switch(wish, by: Self.ops)
                    return nil
                } catch {
                    return error
                }
            }
            let other = try PlanName("v9", case: .lowered)
            #expect(await refusal(SwitchWish(plan: other, sha256: digest)) == .planUnknown)
            let declared = PlanDeclaration(trigger: .manual, height: nil)
            _ = try await supervisor.declare(declared, for: other, seen: nil, by: Self.ops)
            guard
                case .notReady(_, let checks) = await refusal(
                    SwitchWish(plan: other, sha256: digest))
            else {
                Issue.record("not refused")
                return
            }
            #expect(checks.map(\.id) == [.binaryPresent] && checks[0].result == .fail)
            #expect(
                await refusal(SwitchWish(plan: name, sha256: String(repeating: "0", count: 64)))
                    == .digestMismatch(staged: digest))
            let seen = try #require(await supervisor.facts(of: name))
            _ = try await supervisor.declare(
                PlanDeclaration(trigger: .height, height: 7), for: name, seen: seen, by: Self.ops)
            #expect(
                await refusal(SwitchWish(plan: name, sha256: digest))
                    == .planNotDue("height unknown, plan is for 7"))
            #expect(node.lines == ["v1 starts"])
            let forced = SwitchWish(plan: name, sha256: digest, isForced: true)
            let operation = try await supervisor.switch(forced, by: Self.ops)
            #expect(await ended(operation, in: supervisor).state == .succeeded)
            try await runs("v2")
        }
    }

    @Test func `an old switch that is sent again is refused`() async throws {
        try node.install("upgrades/v3", ScriptNode.steady("v3"))
        let newer = try PlanName("v3", case: .lowered)
        try await running { supervisor in
            try await runs("v1")
            await waits(supervisor) { status in
                status.daemon?.pid != nil && status.plans.count == 2
                    && status.plans.allSatisfy { $0.binary.sha256 != nil }
            }
            var wishes: [SwitchWish] = []
            for plan in [name, newer] {
                let facts = try #require(await supervisor.facts(of: plan))
                let wish = SwitchWish(plan: plan, sha256: try #require(facts.binary.sha256))
                let operation = try await supervisor.switch(wish, by: Self.ops)
                #expect(await ended(operation, in: supervisor).state == .succeeded)
                try await runs(plan.text)
                wishes.append(wish)
            }
            let old = wishes[0]
            await #expect(
                throws: WishRefusal.planInUse("\"v2\" was applied, and another plan after it")
            ) {
                try await supervisor.switch(old, by: Self.ops)
            }
            #expect(node.lines.last == "v3 starts")
        }
    }

    @Test func `a node that is held stays so`() async throws {
        try await running { supervisor in
            try await runs("v1")
            await waits(supervisor) { $0.daemon?.pid != nil }
            _ = try await supervisor.stop(
                hold: Hold(since: .now, actor: "ops", reason: nil), by: Self.ops)
            await waits(supervisor) { $0.phase.name == .idle }
            let wish = SwitchWish(plan: name, sha256: try digest(supervisor))
            await #expect(throws: WishRefusal.lifecycle(.held)) {
                try await supervisor.switch(wish, by: Self.ops)
            }
            #expect(DueRecord.load(from: node.home) == nil)
        }
        #expect(node.lines == ["v1 starts", "v1 ends"])
    }

    @Test func `one that the supervisor died in goes on under its id`() async throws {
        let journal = Journal(home: node.home)
        try DurableFile.makeFolder(node.home.own, mode: 0o711)
        let id = EventID(journal: journal.name, number: 1)
        let lost = Operation(
            id: id, kind: .switch, plan: "v2", originator: Self.ops, createdAt: .now, key: nil)
        journal.append(.operationStarted, by: Self.ops) { _ in
            .object(["operation": lost.json])
        }
        journal.finish()
        await journal.write()
        let record = DueRecord(
            name: "v2", height: 1, info: "", file: nil, judgedAt: .now, reason: "asked for",
            previous: "genesis", isCommanded: true, operation: id.description)
        try record.store(in: node.home)
        try await running { supervisor in
            let known = await ended(lost, in: supervisor)
            #expect(known.state == .succeeded, "\(String(describing: known.failure))")
            #expect(known.originator == Self.ops)
            try await runs("v2")
        }
        #expect(node.lines == ["v2 starts", "v2 ends"])
    }

    @Test func `one that was stopped in its way is called off`() async throws {
        try node.install("upgrades/v2", ScriptNode.steady("v2"))
        // The hook waits for a word, so that the switch is caught on its way.
        try Data("#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.02; done\n".utf8).write(
            to: URL(filePath: node.path + "/cosmovisor/hook"))
        chmod(node.path + "/cosmovisor/hook", 0o755)
        let supervisor = node.supervisor { $0.hook = "hook" }
        try await supervisor.prepare()
        async let code = supervisor.run()
        await waits(supervisor) { $0.plans.first?.binary.sha256 != nil && $0.daemon?.pid != nil }
        try await runs("v1")
        let wish = SwitchWish(plan: name, sha256: try digest(supervisor))
        let operation = try await supervisor.switch(wish, by: Self.ops)
        await waits(supervisor) { $0.phase.step == .hooks }
        _ = try await supervisor.stop(
            hold: Hold(since: .now, actor: "ops", reason: nil), by: Self.ops)
        #expect(await ended(operation, in: supervisor).state == .cancelled)
        await waits(supervisor) { $0.phase.name == .idle }
        let start = try await supervisor.start(by: Self.ops)
        #expect(await ended(start, in: supervisor).state == .succeeded)
        try await Eventually.holds("v1 runs again") {
            node.lines == ["v1 starts", "v1 ends", "v1 starts"]
        }
        await supervisor.shutdown(because: "the test's end")
        _ = await code
        #expect(DueRecord.load(from: node.home) == nil)
    }
}
