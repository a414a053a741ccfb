import FoundationEssentials
import Glibc
import StageMessages
import Testing

@testable import Supervisor

/// Runs of the helper for untrusted bytes, played by scripts: whatever it does, we go on.
@Suite(.timeLimit(.minutes(5)))
struct StageRunTests {
    private let node: ScriptNode
    private var record: String { node.path + "/record" }

    init() throws {
        node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
    }

    private func supervisor(_ script: String) throws -> NodeSupervisor {
        let path = node.path + "/stage"
        // Never open in the programs of other tests, which would keep it from being run.
        try DurableFile.replace(path, with: Data("#!/bin/sh\ncd '\(node.path)'\n\(script)\n".utf8))
        chmod(path, 0o755)
        return node.supervisor { setup in
            setup.stageProgram = path
            setup.stageEnvironment = ["https_proxy=http://127.0.0.1:1"]
            setup.staging.reserve = .bytes(0)
        }
    }

    private var run: NodeSupervisor.StageRun {
        NodeSupervisor.StageRun(order: .unpack(UnpackOrder()))
    }

    private func text(_ path: String) -> String {
        (try? String(contentsOf: URL(filePath: path), encoding: .utf8)) ?? ""
    }

    @Test func `it is told its order, and nothing of our environment`() async throws {
        let supervisor = try supervisor(
            """
            read order; echo "$order" > record; tr '\\0' '\\n' < /proc/$$/environ >> record
            ls /proc/$$/fd | wc -l >> record; echo '{"finished":{}}'
            """)
        #expect(try await supervisor.carryOut(run) == "")
        let lines = text(record).split(separator: "\n").map(String.init)
        let order = try JSONDecoder().decode(StageOrder.self, from: Data(lines[0].utf8))
        #expect(order == .unpack(UnpackOrder()))
        #expect(lines.contains("https_proxy=http://127.0.0.1:1"))
        #expect(!lines.contains { $0.hasPrefix("PATH=") || $0.hasPrefix("HOME=") })
    }

    @Test func `the descriptors that go with an order are 3 and 4`() async throws {
        let supervisor = try supervisor("read order; cat <&3 >&4; echo '{\"finished\":{}}'")
        try Data("content".utf8).write(to: URL(filePath: record))
        let copy = node.path + "/copy"
        var run = run
        run.descriptors = [
            try Descriptor(open(record, O_RDONLY | O_CLOEXEC), call: "open"),
            try Descriptor(open(copy, O_RDWR | O_CREAT | O_CLOEXEC, 0o600), call: "open"),
        ]
        _ = try await supervisor.carryOut(run)
        #expect(text(copy) == "content")
    }

    @Test func `its progress is told, and its own failure is its result`() async throws {
        let supervisor = try supervisor(
            """
            read order
            echo '{"progress":{"done":5,"total":10}}'
            echo '{"failed":{"_0":{"kind":"status","detail":"the server answered 404"}}}'
            exit 1
            """)
        let told = Locked<[Int64?]>([])
        var run = run
        run.tell = { _, done, total in told.withLock { $0 += [done, total] } }
        await #expect(
            throws: StageError.failed(StageFailure(.status, "the server answered 404"))
        ) { _ = try await supervisor.carryOut(run) }
        #expect(told.withLock(\.self) == [5, 10])
    }

    @Test(arguments: [
        ("read order; echo half a report; kill -SEGV $$", "signal SIGSEGV: half a report"),
        ("read order; exit 3", "code 3"),
        ("exit 64", "code 64"),
    ])
    func `one that crashes is told as crashed`(script: String, end: String) async throws {
        let supervisor = try supervisor("ulimit -c 0; " + script)
        await #expect(throws: StageError.crashed("it ended with " + end)) {
            _ = try await supervisor.carryOut(run)
        }
    }

    @Test func `nothing of its process group is left when it is over`() async throws {
        let supervisor = try supervisor(
            """
            read order
            (trap '' TERM; sleep 600) >/dev/null 2>&1 & echo $! > record
            echo '{"finished":{}}'
            """)
        _ = try await supervisor.carryOut(run)
        let pid = try #require(pid_t(text(record).split(separator: "\n").first ?? ""))
        #expect(ProcessEntry(pid: pid)?.isAlive != true)
    }

    @Test func `a wish to stop ends one that would go on for ever`() async throws {
        let supervisor = try supervisor(
            "read order; echo '{\"progress\":{\"done\":1,\"total\":null}}'; sleep 600")
        var run = run
        let stop = run.stop
        run.tell = { _, _, _ in stop.raise() }
        await #expect(throws: StageError.stopped) { _ = try await supervisor.carryOut(run) }
    }

    @Test func `one that is still busy at its deadline is ended`() async throws {
        let supervisor = try supervisor("read order; while :; do echo '{\"x\":1}'; done")
        var run = run
        run.deadline = .now
        await #expect(throws: StageError.crashed("it took too long and was ended")) {
            _ = try await supervisor.carryOut(run)
        }
    }

    @Test func `one that eats the space kept for the node is ended`() async throws {
        _ = try supervisor("read order; sleep 600")
        let greedy = node.supervisor { setup in
            setup.stageProgram = node.path + "/stage"
            setup.staging.reserve = .bytes(.max)
        }
        await #expect(throws: StageError.full) { _ = try await greedy.carryOut(run) }
    }

    @Test func `a helper that is not there is told so`() async throws {
        let supervisor = node.supervisor()
        await #expect(throws: StageError.missing) { _ = try await supervisor.carryOut(run) }
        let gone = node.supervisor { $0.stageProgram = "/no/such/program" }
        await #expect(
            throws: StageError.system(
                SystemError("execve", path: "/no/such/program", code: ENOENT))
        ) { _ = try await gone.carryOut(run) }
    }

    @Test func `what a probed program prints is answered`() async throws {
        let supervisor = try supervisor(
            "read order; echo '{\"confined\":{}}'; echo v1.2.3; printf 'more\\n\\n'")
        #expect(try await supervisor.carryOut(run) == "v1.2.3\nmore\n\n")
    }

    @Test func `a probed program is answered with how it ended, or that it was not run`()
        async throws
    {
        let ended = try supervisor("read order; echo '{\"confined\":{}}'; echo no home; exit 3")
        #expect(try await ended.probe(run) == .ended(.code(3), "no home\n"))
        let unstarted = try supervisor(
            """
            read order; echo '{"confined":{}}'
            echo '{"failed":{"_0":{"kind":"system","detail":"cannot run the program"}}}'; exit 1
            """)
        #expect(try await unstarted.probe(run) == .refused("cannot run the program"))
        let refused = StageFailure(.notConfined, "no Landlock")
        let open = try supervisor(
            "read order; echo '{\"failed\":{\"_0\":{\"kind\":\"not_confined\",'"
                + "'\"detail\":\"no Landlock\"}}}'")
        await #expect(throws: StageError.failed(refused)) { _ = try await open.probe(run) }
    }

    @Test func `a program that goes on for ever is late`() async throws {
        let supervisor = try supervisor(
            "read order; echo '{\"confined\":{}}'; trap '' TERM; sleep 600 & wait")
        var run = run
        run.patience = .milliseconds(100)
        #expect(try await supervisor.probe(run) == .late)
    }
}
