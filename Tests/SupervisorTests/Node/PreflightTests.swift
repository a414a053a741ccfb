import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// Preflights of a node that runs: made when something changes, shown, told and kept to.
@Suite(.timeLimit(.minutes(5)))
struct PreflightTests {
    private static let ops = Originator(kind: .token, id: "k7qm2x4a", label: "ops")
    private let v2: PlanName
    private let node: ScriptNode

    init() throws {
        v2 = try PlanName("v2", case: .lowered)
        node = try ScriptNode([
            "genesis": ScriptNode.steady("v1"), "upgrades/v2": ScriptNode.steady("v2"),
        ])
    }

    private func declare(_ supervisor: NodeSupervisor) async throws {
        let seen = await supervisor.facts(of: v2)
        _ = try await supervisor.declare(
            PlanDeclaration(trigger: .chain, height: 70_000), for: v2, seen: seen, by: Self.ops)
    }

    @Test func `a plan is judged without being asked for, and again when its binary changes`()
        async throws
    {
        try await running(node.supervisor()) { supervisor in
            await waits(supervisor) { $0.daemon?.pid != nil }
            try await declare(supervisor)
            await waits(supervisor) { $0.next?.verdict == .warn }
            let first = try #require(await supervisor.preflight(of: v2))
            #expect(first.checks.count == 15 && first.failed == [])
            #expect(first.subjectSHA256 == supervisor.board.status.plans.first?.binary.sha256)
            #expect(supervisor.board.status.plans.first?.verdict == .warn)
            #expect(await supervisor.preflight(of: v2) == first)

            try Data("#!/no/such/interpreter\n".utf8).write(
                to: URL(filePath: node.path + "/cosmovisor/upgrades/v2/bin/simd"))
            // To ask computes nothing, but it looks.
            #expect(await supervisor.preflight(of: v2)?.verdict == .warn)
            await waits(supervisor) { $0.next?.verdict == .fail }
            let second = await supervisor.preflight(of: v2)
            #expect(second?.failed.map(\.id) == [.loader])
            #expect(await supervisor.preflight(of: try PlanName("v9", case: .lowered)) == nil)
        }
        let told = Journal(home: node.home).oldest(limit: 1000).filter {
            $0.kind == .preflightChanged
        }
        #expect(told.map { $0.data["to"]?.string } == ["warn", "fail"])
        #expect(told.last?.data["from"]?.string == "warn")
        #expect(told.last?.data["failed"] == .array([.string("loader")]))
    }

    @Test func `a verdict that comes meanwhile makes no declaration stale`() async throws {
        try await running(node.supervisor()) { supervisor in
            await waits(supervisor) {
                $0.daemon?.pid != nil && $0.plans.first?.binary.sha256 != nil
            }
            try await declare(supervisor)
            var seen = try #require(await supervisor.facts(of: v2))
            seen.verdict = nil
            await waits(supervisor) { $0.next?.verdict == .warn }
            let other = PlanDeclaration(trigger: .chain, height: 80_000)
            let new = try await supervisor.declare(other, for: v2, seen: seen, by: Self.ops)
            #expect(new.height == 80_000 && new.verdict == .warn)
        }
    }

    @Test func `a binary in the wrong folder is found before the height`() async throws {
        try FileManager.default.moveItem(
            atPath: node.path + "/cosmovisor/upgrades/v2",
            toPath: node.path + "/cosmovisor/upgrades/V2")
        try await running(node.supervisor()) { supervisor in
            await waits(supervisor) { $0.daemon?.pid != nil }
            try await declare(supervisor)
            await waits(supervisor) { $0.next?.verdict == .fail }
            let failed = await supervisor.preflight(of: v2)?.failed ?? []
            #expect(failed.map(\.id) == [.directoryName, .binaryPresent])
            #expect(failed.first?.reason.contains("upgrades/V2") == true)
            try FileManager.default.moveItem(
                atPath: node.path + "/cosmovisor/upgrades/V2",
                toPath: node.path + "/cosmovisor/upgrades/v2")
            _ = await supervisor.preflight(of: v2)
            await waits(supervisor) { $0.next?.verdict == .warn }
        }
    }

    @Test func `a hard check that fails stops a switch, forced or not`() async throws {
        chmod(node.path + "/cosmovisor/upgrades/v2/bin/simd", 0o777)
        try await running(node.supervisor()) { supervisor in
            await waits(supervisor) {
                $0.daemon?.pid != nil && $0.plans.first?.binary.sha256 != nil
            }
            let digest = try #require(supervisor.board.status.plans.first?.binary.sha256)
            let wish = SwitchWish(plan: v2, sha256: digest, isForced: true)
            do throws(WishRefusal) {
                _ = try await supervisor.switch(wish, by: Self.ops)
                Issue.record("it was not refused")
            } catch {
                guard case .notReady(_, let checks) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(checks.map(\.id) == [.permissions])
            }
            #expect(DueRecord.load(from: node.home) == nil)
            #expect(supervisor.board.status.operations.running.isEmpty)
        }
        #expect(node.lines == ["v1 starts", "v1 ends"])
    }
}
