import Glibc
import Testing

@testable import Supervisor

/// That the parts of the control loop prove that they turn, and that a hanging one cannot.
@Suite(.timeLimit(.minutes(5)))
struct ProofTests {
    @Test func `lifecycle, watcher and reaper all prove that they turn`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        let supervisor = node.supervisor { setup in
            // Far apart, so that the watcher's proofs are not those of its poll.
            setup.pollInterval = .seconds(3600)
            setup.proofInterval = .milliseconds(20)
        }
        try await supervisor.prepare()
        async let code = supervisor.run()
        try await Eventually.holds("v1 runs") { node.lines.contains("v1 starts") }
        let long = Instant.now - .seconds(1000)
        for part in VitalPart.allCases { supervisor.board.beat(part, at: long) }
        try await Eventually.holds("all are proved anew") { supervisor.board.lastBeat > long }
        try await supervisor.request(.shutdown(nil))
        #expect(await code == 0)
    }

    @Test(arguments: VitalPart.allCases)
    func `the oldest proof is what counts`(part: VitalPart) {
        let board = StatusBoard(.starting(version: "test"))
        let old = Instant.now - .seconds(100)
        board.beat(part, at: old)
        #expect(board.lastBeat == old)
        board.beat(part)
        #expect(board.lastBeat > old)
    }

    @Test func `an end shows before it is reaped and after`() async throws {
        let running = try RunningLoop()
        let process = try await ShellProcess("exec sleep 60", on: running.loop)
        #expect(!process.child.hasEnded)
        process.child.signal(SIGKILL)
        try await Eventually.holds("it is a zombie") {
            ProcessEntry(pid: process.pid)?.isAlive == false
        }
        #expect(process.child.hasEnded)
        #expect(await process.child.leaderExit(on: running.loop) == .signal(SIGKILL))
        #expect(process.child.hasEnded)
    }
}
