import CStageKernel
import FoundationEssentials
import Glibc
import StageMessages
import Testing

@testable import Supervisor

/// Staged binaries that are asked for their version, by the real `switchyard-stage`.
@Suite(
    .timeLimit(.minutes(5)),
    .enabled(if: stagekernel_landlock_version() > 0, "this kernel has no Landlock"))
struct VersionTests {
    private static let ops = Originator(kind: .token, id: "k7qm2x4a", label: "ops")
    private let v2: PlanName
    private let node: ScriptNode
    private var binary: String { node.path + "/cosmovisor/upgrades/v2/bin/simd" }

    init() throws {
        v2 = try PlanName("v2", case: .lowered)
        node = try ScriptNode([
            "genesis": ScriptNode.steady("v1"), "upgrades/v2": ScriptNode.steady("v2"),
        ])
    }

    /// Beside this bundle.
    private static let stage: String = {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/") + "/switchyard-stage"
    }()

    private func place(_ program: String) throws {
        let bytes = try Data(contentsOf: URL(filePath: program))
        try bytes.write(to: URL(filePath: binary))
        chmod(binary, 0o755)
    }

    /// Writes down each run, and hands it on.
    private func countingStage() throws -> String {
        let path = node.path + "/counting"
        try Data("#!/bin/sh\necho run >> '\(node.path)/lines'\nexec '\(Self.stage)'\n".utf8)
            .write(to: URL(filePath: path))
        chmod(path, 0o755)
        return path
    }

    /// Runs the supervisor until a preflight of what was placed has an answer.
    private func check(
        isPinned: Bool = true, _ change: (inout Setup) -> Void = { _ in },
        then: (NodeSupervisor) async throws -> Void = { _ in }
    ) async throws -> PreflightCheck {
        var found: PreflightCheck?
        let supervisor = node.supervisor { setup in
            setup.stageProgram = Self.stage
            setup.staging.reserve = .bytes(0)
            change(&setup)
        }
        try await running(supervisor) { supervisor in
            await waits(supervisor) {
                $0.daemon?.pid != nil && $0.plans.first?.binary.sha256 != nil
            }
            let seen = try #require(await supervisor.facts(of: v2))
            _ = try await supervisor.declare(
                PlanDeclaration(
                    trigger: .chain, height: 70_000,
                    expectedSHA256: isPinned ? seen.binary.sha256 : nil),
                for: v2, seen: seen, by: Self.ops)
            await waits(supervisor) { $0.next?.verdict != nil && $0.next?.verdict != .fail }
            found = await supervisor.preflight(of: v2)?.checks.first { $0.id == .version }
            try await then(supervisor)
        }
        return try #require(found)
    }

    @Test func `what a binary prints is its version`() async throws {
        try place("/bin/echo")
        let check = try await check()
        #expect(check.result == .pass && check.reason == "it prints \"version\"", "\(check)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: node.home.staging) == [])
    }

    @Test func `a binary that nothing vouches for is never run`() async throws {
        try place("/bin/echo")
        let counting = try countingStage()
        let check = try await check(isPinned: false) { $0.stageProgram = counting }
        #expect(check.result == .unknown && check.reason.contains("nothing vouches"), "\(check)")
        #expect(!node.lines.contains("run"))
    }

    @Test func `without the program that shuts it in it is not run`() async throws {
        try place("/bin/echo")
        let check = try await check { $0.stageProgram = nil }
        #expect(check.result == .unknown && check.reason.contains("not installed"), "\(check)")
    }

    @Test(.enabled(if: HostTool.works("clang --version"), "clang is not installed"))
    func `a binary that reads keys, connects, forks and writes is denied all of it`() async throws {
        let key = node.path + "/config/priv_validator_key.json"
        try FileManager.default.createDirectory(
            atPath: node.path + "/config", withIntermediateDirectories: true)
        try Data("secret".utf8).write(to: URL(filePath: key))
        let source = node.path + "/intruder.c"
        try Data(Self.intruder.utf8).write(to: URL(filePath: source))
        let program = node.path + "/intruder"
        #expect(HostTool.run("clang -o '\(program)' '\(source)' 2>&1") == "")
        // By itself it can do all of it.
        try place(program)
        #expect(HostTool.run("SECRET=x '\(binary)' version; echo $?") == "1111 of x\n0\n")
        #expect(FileManager.default.fileExists(atPath: binary + ".canary"))
        try FileManager.default.removeItem(atPath: binary + ".canary")
        let check = try await check { $0.environment += ["SECRET=x"] }
        #expect(check.result == .warn, "\(check)")
        #expect(
            check.reason.hasSuffix(
                "ended with code 3 when it was asked for its version, "
                    + "shut in: 0000 of (null)"), "\(check)")
        #expect(!FileManager.default.fileExists(atPath: binary + ".canary"))
    }

    /// Prints what it could do, one figure a deed.
    private static let intruder = """
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <sys/wait.h>
        #include <unistd.h>
        int main(int count, char **arguments) {
            char path[4096];
            snprintf(path, sizeof path, "%s", arguments[0]);
            char *end = strstr(path, "/cosmovisor/");
            if (end) strcpy(end, "/config/priv_validator_key.json");
            int reads = open(path, O_RDONLY) >= 0;
            int connects = socket(AF_INET, SOCK_STREAM, 0) >= 0;
            pid_t child = fork();
            if (child == 0) _exit(0);
            if (child > 0) waitpid(child, NULL, 0);
            snprintf(path, sizeof path, "%s.canary", arguments[0]);
            int writes = open(path, O_WRONLY | O_CREAT, 0600) >= 0;
            char *secret = getenv("SECRET");
            printf("%d%d%d%d of %s\\n", reads, connects, child > 0, writes,
                secret ? secret : "(null)");
            return reads && connects && child > 0 && writes ? 0 : 3;
        }
        """

    @Test func `a second asking how a binary halts waits for the answer to the first`()
        async throws
    {
        try place("/bin/echo")
        let counting = try countingStage()
        let supervisor = node.supervisor { setup in
            setup.stageProgram = counting
            setup.staging.reserve = .bytes(0)
        }
        let release = Release(home: node.home, directory: "upgrades/v2")
        async let first = supervisor.learnStyle(of: release)
        async let second = supervisor.learnStyle(of: release)
        let answers = await (first, second)
        #expect(answers.1 == answers.0 && answers.0 != .failure(.notAsked))
        #expect(node.lines.count { $0 == "run" } == 1)
    }

    @Test func `it is asked once, and again when its files have changed`() async throws {
        try place("/bin/echo")
        let counting = try countingStage()
        _ = try await check({ $0.stageProgram = counting }) { supervisor in
            #expect(node.lines.count { $0 == "run" } == 1)
            // Another look at the same files.
            let seen = try #require(await supervisor.facts(of: v2))
            _ = try await supervisor.declare(
                PlanDeclaration(
                    trigger: .chain, height: 80_000, expectedSHA256: seen.expectedSHA256),
                for: v2, seen: seen, by: Self.ops)
            let before = supervisor.board.status.preflights["upgrades/v2"]?.evaluatedAt
            await waits(supervisor) { $0.preflights["upgrades/v2"]?.evaluatedAt != before }
            #expect(node.lines.count { $0 == "run" } == 1)
            let folder = node.path + "/cosmovisor/upgrades/v2/share"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            let then = supervisor.board.status.preflights["upgrades/v2"]?.evaluatedAt
            _ = await supervisor.preflight(of: v2)
            await waits(supervisor) { $0.preflights["upgrades/v2"]?.evaluatedAt != then }
            #expect(node.lines.count { $0 == "run" } == 2)
        }
    }
}
