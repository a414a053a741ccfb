import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct GateTests {
    private let running: RunningLoop
    private let home: TemporaryHome
    private var loop: EventLoop { running.loop }

    init() throws {
        running = try RunningLoop()
        home = try TemporaryHome()
    }

    private var marking: ProcessRequest {
        ProcessRequest(
            path: "/bin/sh", arguments: ["-c", "echo begun > marker"],
            environment: ShellProcess.environment, directory: home.path)
    }

    @Test func `a program begins when its gate is opened and not before`() async throws {
        let gated = try marking.spawn()
        let child = try ShellProcess.child(of: gated)
        #expect(
            ProcFile.link("/proc/\(gated.pid)/exe") == ProcFile.link("/proc/self/exe"))
        #expect(ProcessEntry(pid: gated.pid)?.group == gated.pid)
        #expect(!home.has("marker"))
        try await gated.release(on: loop, path: "/bin/sh")
        #expect(await child.leaderExit(on: loop) == .code(0))
        #expect(try home.read("marker") == "begun\n")
    }

    @Test func `the start time is the same before and after the gate`() async throws {
        let gated = try ProcessRequest(path: "/bin/cat", arguments: [], environment: []).spawn()
        let child = try ShellProcess.child(of: gated)
        try await gated.release(on: loop, path: "/bin/cat")
        #expect(ProcessEntry(pid: child.pid)?.startTicks == child.startTicks)
        child.signal(SIGKILL)
        _ = await child.leaderExit(on: loop)
    }

    @Test func `a child whose gate is dropped ends without having begun`() async throws {
        let pid = try spawnAndDrop()
        var status: Int32 = 0
        #expect(waitpid(pid, &status, 0) == pid)
        #expect(Exit(status: status) == .code(125))
        #expect(!home.has("marker"))
    }

    private func spawnAndDrop() throws -> pid_t { try marking.spawn().pid }

    @Test func `a later child does not hold the gate of an earlier one open`() async throws {
        let first = try marking.spawn()
        let second = try ShellProcess.child(of: marking.spawn())
        let pid = try spawnAndDrop()
        var status: Int32 = 0
        #expect(waitpid(pid, &status, 0) == pid)
        #expect(await second.leaderExit(on: loop) == .code(125))
        #expect(try ShellProcess.child(of: first).pid == first.pid)
        try await first.release(on: loop, path: "/bin/sh")
        #expect(await (try ShellProcess.child(of: first)).leaderExit(on: loop) == .code(0))
    }

    @Test(arguments: [
        ("absent", ENOENT), ("plain", EACCES), ("folder", EACCES), ("text", ENOEXEC),
        ("orphan", ENOENT),
    ])
    func `a program that cannot begin is an error, and its process is reaped`(
        name: String, code: Int32
    ) async throws {
        try home.write("#!/bin/sh\n", to: "plain", mode: 0o644)
        try home.write("neither script nor program\n", to: "text", mode: 0o755)
        try home.write("#!/no/such/interpreter\n", to: "orphan", mode: 0o755)
        try home.makeFolder("folder")
        let path = home[name]
        let gated = try ProcessRequest(path: path, arguments: [], environment: []).spawn()
        let child = try ShellProcess.child(of: gated)
        await #expect(throws: SystemError("execve", path: path, code: code)) {
            try await gated.release(on: loop, path: path)
        }
        #expect(await child.leaderExit(on: loop) == .code(127))
        #expect(ProcessEntry(pid: child.pid) == nil)
    }

    @Test func `a working directory that is missing is an error`() async throws {
        let request = ProcessRequest(
            path: "/bin/true", arguments: [], environment: [], directory: home["absent"])
        await #expect(throws: SystemError("execve", path: "/bin/true", code: ENOENT)) {
            _ = try await ShellProcess(request, on: loop)
        }
    }

    @Test func `a program that is still being written is tried again`() async throws {
        let (writer, _) = try await beginWriting(forSeconds: "0.2")
        let program = try await ShellProcess(
            ProcessRequest(path: home["program"], arguments: [], environment: []), on: loop)
        #expect(await program.child.leaderExit(on: loop) == .code(0))
        #expect(await writer.child.leaderExit(on: loop) == .code(0))
    }

    @Test func `a program that is written for longer than a second is an error`() async throws {
        let (writer, _) = try await beginWriting(forSeconds: "50")
        let path = home["program"]
        await #expect(throws: SystemError("execve", path: path, code: ETXTBSY)) {
            _ = try await ShellProcess(
                ProcessRequest(path: path, arguments: [], environment: []), on: loop)
        }
        await writer.kill(on: loop)
    }

    /// Another process holds the program open for writing.
    private func beginWriting(forSeconds seconds: String) async throws -> (ShellProcess, String) {
        let script = "cp /bin/true program; exec 3>>program; echo > held; exec sleep \(seconds)"
        let writer = try await ShellProcess(script, directory: home.path, on: loop)
        try await Eventually.holds("the program is open for writing") { home.has("held") }
        return (writer, home["program"])
    }

    @Test func `the loop turns on while a cancelled start waits for its exec`() async throws {
        let (writer, path) = try await beginWriting(forSeconds: "50")
        let loop = loop
        let request = ProcessRequest(path: path, arguments: [], environment: [])
        let gated = try request.spawn()
        await running.run {
            await withTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask { try? await gated.release(on: loop, path: path) }
                for _ in 0..<10 { _ = await loop.wait(until: .now) }
                // Within the second for which the exec is tried, or it fails.
                writer.child.signal(SIGKILL)
            }
        }
        #expect(await (try ShellProcess.child(of: gated)).leaderExit(on: loop) == .code(0))
        _ = await writer.child.leaderExit(on: loop)
    }
}
