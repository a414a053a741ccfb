import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct OutputCaptureTests {
    private let running: RunningLoop
    private let home: TemporaryHome
    private var loop: EventLoop { running.loop }

    init() throws {
        running = try RunningLoop()
        home = try TemporaryHome()
    }

    @Test func `all that a program writes is read, until it ends`() async throws {
        let script = "for n in 1 2 3; do echo out$n; echo err$n >&2; sleep 0.02; done; exit 4"
        let (exit, text) = try await ShellProcess.output(of: script, on: loop)
        #expect(exit == .code(4))
        #expect(text == "out1\nerr1\nout2\nerr2\nout3\nerr3\n")
        #expect(try await ShellProcess.output(of: "exit 0", on: loop).text == "")
    }

    @Test func `of much output the last 64 KiB are kept`() async throws {
        let script = "i=0; while [ $i -lt 40000 ]; do echo $i; i=$((i+1)); done; echo last"
        let (_, text) = try await ShellProcess.output(of: script, on: loop)
        #expect(text.hasSuffix("39999\nlast\n"))
        #expect(text.utf8.count == 64 << 10)
    }

    /// Begins a script whose output is read; our own end for the program is closed.
    private func begin(_ script: String) async throws -> (ShellProcess, OutputCapture.Reader) {
        let capture = try OutputCapture()
        let request = ProcessRequest(
            path: "/bin/sh", arguments: ["-c", script], environment: ShellProcess.environment,
            directory: home.path, output: .descriptor(capture.input))
        return (try await ShellProcess(request, on: loop), capture.begin())
    }

    @Test func `a daemon that was left behind does not hold up the reading`() async throws {
        let (process, reader) = try await begin(
            "setsid sleep 60 & echo $! > daemon; echo done; exit 0")
        let (loop, child) = (loop, process.child)
        let (exit, text) = await running.run {
            async let text = reader.text(on: loop)
            let exit = await child.leaderExit(on: loop)
            reader.end(on: loop)
            return (exit, await text)
        }
        #expect(exit == .code(0))
        #expect(text == "done\n")
        let daemon = try pid_t(home.read("daemon").dropLast()) ?? 0
        #expect(ProcessEntry(pid: daemon)?.isAlive == true)
        kill(daemon, SIGKILL)
    }

    @Test func `an end before the reading began is not lost`() async throws {
        let capture = try OutputCapture()
        #expect(write(capture.input.number, "text", 4) == 4)
        let reader = capture.begin()
        reader.end(on: loop)
        #expect(try await text(of: reader) == "text")
    }

    @Test func `an end at any moment of the reading is not lost`() async throws {
        let loop = loop
        for round in 0..<500 {
            let capture = try OutputCapture()
            let reader = capture.begin()
            async let text = text(of: reader)
            for _ in 0..<round % 5 { await Task.yield() }
            #expect(write(capture.input.number, "text", 4) == 4)
            for _ in 0..<round % 3 { await Task.yield() }
            reader.end(on: loop)
            #expect(try await text == "text")
        }
    }

    @Test func `a program that writes without end holds up neither loop nor end`()
        async throws
    {
        let (process, reader) = try await begin("exec yes")
        let (loop, child) = (loop, process.child)
        let start = try await running.run {
            async let text = text(of: reader)
            for _ in 0..<20 { _ = await loop.wait(until: .now + .milliseconds(1)) }
            reader.end(on: loop)
            return try await text.prefix(2)
        }
        #expect(start == "y\n")
        child.signal(SIGKILL)
        _ = await child.leaderExit(on: loop)
    }

    /// What was read; a reading that hangs is an error.
    private func text(of reader: OutputCapture.Reader) async throws -> String {
        let loop = loop
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { await reader.text(on: loop) }
            group.addTask {
                _ = await loop.wait(until: .now + .seconds(10))
                return nil
            }
            defer { group.cancelAll() }
            return try #require(try await group.next() ?? nil, "the reading goes on for ever")
        }
    }
}
