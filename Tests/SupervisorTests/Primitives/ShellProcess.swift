import Glibc
@testable import Supervisor

/// Real processes for the tests, made as the supervisor makes them.
struct ShellProcess {
    let child: ChildProcess

    var pid: pid_t { child.pid }

    /// Begins a program and returns when its exec has succeeded.
    init(_ request: ProcessRequest, on loop: EventLoop) async throws {
        let gated = try request.spawn()
        child = try Self.child(of: gated)
        do {
            try await gated.release(on: loop, path: request.path)
        } catch {
            _ = await child.leaderExit(on: loop)
            throw error
        }
    }

    /// Begins a script of `/bin/sh`, whose output goes where ours does.
    init(
        _ script: String, environment: [String] = Self.environment, directory: String? = nil,
        on loop: EventLoop
    ) async throws {
        let request = ProcessRequest(
            path: "/bin/sh", arguments: ["-c", script], environment: environment,
            directory: directory)
        try await self.init(request, on: loop)
    }

    static let environment = ["PATH=/usr/bin:/bin"]

    static func child(of gated: GatedProcess) throws -> ChildProcess {
        guard let entry = ProcessEntry(pid: gated.pid) else {
            throw SystemError("read", path: "/proc/\(gated.pid)/stat", code: ESRCH)
        }
        return ChildProcess(pid: gated.pid, startTicks: entry.startTicks, pidfd: gated.pidfd)
    }

    /// Runs a program to its end and answers both of its streams.
    static func output(
        of request: ProcessRequest, on loop: EventLoop
    ) async throws -> (exit: Exit?, text: String) {
        let (process, reader) = try await begin(request, on: loop)
        async let text = reader.text(on: loop)
        let exit = await process.child.leaderExit(on: loop)
        return (exit, await text)
    }

    /// A function of its own, so that the program's end of the pipe is not held any longer.
    private static func begin(
        _ request: ProcessRequest, on loop: EventLoop
    ) async throws -> (ShellProcess, OutputCapture.Reader) {
        let capture = try OutputCapture()
        var request = request
        request.output = .descriptor(capture.input)
        return (try await ShellProcess(request, on: loop), capture.begin())
    }

    /// Runs a script of `/bin/sh` to its end and answers both of its streams.
    static func output(
        of script: String, on loop: EventLoop
    ) async throws -> (exit: Exit?, text: String) {
        try await output(
            of: ProcessRequest(
                path: "/bin/sh", arguments: ["-c", script], environment: environment), on: loop)
    }

    /// Ends the process and what is left of its group, and reaps it.
    func kill(on loop: EventLoop) async {
        child.signalGroup(SIGKILL)
        _ = await child.leaderExit(on: loop)
        _ = await child.groupEnd(on: loop)
    }
}
