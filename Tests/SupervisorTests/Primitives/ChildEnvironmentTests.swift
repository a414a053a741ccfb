import CLinux
import Glibc
import Testing

@testable import Supervisor

/// What a child is given, and what it must not inherit.
@Suite(.timeLimit(.minutes(5)))
struct ChildEnvironmentTests {
    private let running: RunningLoop
    private let home: TemporaryHome
    private var loop: EventLoop { running.loop }

    init() throws {
        running = try RunningLoop()
        home = try TemporaryHome()
    }

    @Test func `a child leads a process group of its own`() async throws {
        let process = try await ShellProcess("exec sleep 60", on: loop)
        #expect(ProcessEntry(pid: process.pid)?.group == process.pid)
        #expect(getpgid(process.pid) == process.pid)
        #expect(getpgid(0) != process.pid)
        await process.kill(on: loop)
    }

    @Test func `a child has no signal blocked or ignored, whatever we have`() async throws {
        // These two stay ignored in this process, as nohup and many a parent would have it.
        signal(SIGHUP, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        let capture = try OutputCapture()
        let gated = try withBlockedSignals {
            try ProcessRequest(
                path: "/bin/cat", arguments: ["/proc/self/status"], environment: [],
                output: .descriptor(capture.input)
            ).spawn()
        }
        let child = try ShellProcess.child(of: gated)
        try await gated.release(on: loop, path: "/bin/cat")
        _ = await child.leaderExit(on: loop)
        let reader = capture.begin()
        reader.end(on: loop)
        let lines = await reader.text(on: loop).split(separator: "\n")
        for name in ["SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd"] {
            #expect(lines.contains("\(name):\t0000000000000000"))
        }
    }

    private func withBlockedSignals<R>(_ body: () throws -> R) rethrows -> R {
        var (all, old) = (sigset_t(), sigset_t())
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, &old)
        defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
        return try body()
    }

    @Test func `a child holds descriptors 0 to 2 and no other`() async throws {
        var extra: [Descriptor] = []
        for _ in 0..<20 { extra.append(try Descriptor(open("/dev/null", O_RDWR), call: "open")) }
        extra.append(try Descriptor(fcntl(0, F_DUPFD, 1_000), call: "fcntl"))
        let (_, text) = try await ShellProcess.output(of: "ls /proc/$$/fd; true", on: loop)
        #expect(text == "0\n1\n2\n")
        #expect(extra.count == 21)
    }

    @Test func `a captured child reads from nowhere and writes both streams to us`() async throws {
        let (exit, text) = try await ShellProcess.output(
            of: "readlink /proc/$$/fd/0; cat; echo out; echo err >&2", on: loop)
        #expect(exit == .code(0))
        #expect(text == "/dev/null\nout\nerr\n")
    }

    @Test func `an inheriting child has our own streams`() async throws {
        let process = try await ShellProcess("exec sleep 60", on: loop)
        for stream in 1...2 {
            #expect(
                ProcFile.link("/proc/\(process.pid)/fd/\(stream)")
                    == ProcFile.link("/proc/self/fd/\(stream)"))
        }
        await process.kill(on: loop)
    }

    @Test func `a child works where it is told to, or where we are`() async throws {
        var request = ProcessRequest(path: "/bin/pwd", arguments: ["-P"], environment: [])
        let ours = try await ShellProcess.output(of: request, on: loop)
        #expect(ours.text == (ProcFile.link("/proc/self/cwd") ?? "") + "\n")
        request.directory = home.path
        #expect(try await ShellProcess.output(of: request, on: loop).text == home.path + "\n")
    }

    @Test func `arguments and environment arrive byte by byte`() async throws {
        let odd = [
            "", " ", "two words", "\n", "\u{1}\u{7f}", "'\"\\$(exit 3)`", "*", "ä€😀\u{301}", "--",
            "-c", String(repeating: "x", count: 20_000),
        ]
        let variables = ["A=", "B=1=2", "ODD=\n\u{1}ä€😀", "no-equals", "A=twice", "=empty"]
        let request = ProcessRequest(
            path: "/bin/sh", arguments: ["-c", "/bin/cat /proc/$$/cmdline; true", "name"] + odd,
            environment: variables)
        let (_, words) = try await ShellProcess.output(of: request, on: loop)
        let expected = [request.path] + request.arguments
        #expect(words == expected.map { $0 + "\0" }.joined())

        let environment = try await ShellProcess.output(
            of: ProcessRequest(
                path: "/bin/cat", arguments: ["/proc/self/environ"], environment: variables),
            on: loop)
        #expect(environment.text == variables.map { $0 + "\0" }.joined())
    }

    // Only who has CAP_SYS_RESOURCE may protect itself.
    @Test(arguments: Self.mayProtectItself ? ["-500", "0", "300"] : ["0", "300"])
    func `our protection from the OOM killer is not the child's`(own: String) async throws {
        let file = "/proc/self/oom_score_adj"
        let before = ProcFile.text(file) ?? "0"
        try Self.write(own, to: file)
        let gated = try ProcessRequest(
            path: "/bin/sleep", arguments: ["60"], environment: []
        ).spawn()
        try Self.write(before, to: file)
        let process = try ShellProcess.child(of: gated)
        try await gated.release(on: loop, path: "/bin/sleep")
        #expect(
            ProcFile.text("/proc/\(process.pid)/oom_score_adj")
                == (own == "-500" ? "0\n" : own + "\n"))
        process.signal(SIGKILL)
        _ = await process.leaderExit(on: loop)
    }

    private static let mayProtectItself: Bool = {
        let file = "/proc/self/oom_score_adj"
        let before = ProcFile.text(file) ?? "0"
        guard (try? write("-500", to: file)) != nil else { return false }
        return (try? write(before, to: file)) != nil
    }()

    private static func write(_ text: String, to path: String) throws {
        let file = try Descriptor(open(path, O_WRONLY | O_CLOEXEC), call: "open", path: path)
        guard Glibc.write(file.number, text, text.utf8.count) > 0 else {
            throw SystemError("write", path: path)
        }
    }
}
