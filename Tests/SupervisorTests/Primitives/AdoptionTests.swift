import CLinux
import Glibc
import Testing

@testable import Supervisor

/// Processes that are not our children, as an earlier run of ours would leave them.
@Suite(.timeLimit(.minutes(5)))
struct AdoptionTests {
    private let running: RunningLoop
    private let home: TemporaryHome
    private var loop: EventLoop { running.loop }

    init() throws {
        running = try RunningLoop()
        home = try TemporaryHome()
        guard mkfifo(home["go"], 0o600) == 0 else { throw SystemError("mkfifo") }
    }

    /// Starts a script two forks away and answers what would be recorded of it.
    private func orphan(_ script: String) async throws -> ChildRecord {
        try home.writeScript("echo $$ > pid.new; mv pid.new pid\n" + script, to: "script")
        let (exit, _) = try await ShellProcess.output(
            of: "cd \(home.path); setsid ./script </dev/null >/dev/null 2>&1 &", on: loop)
        #expect(exit == .code(0))
        try await Eventually.holds("the orphan runs") { home.has("pid") }
        let pid = try pid_t(home.read("pid").dropLast()) ?? 0
        #expect(ProcessEntry(pid: pid)?.parent != getpid())
        return try ChildRecord(of: pid, arguments: [])
    }

    @Test func `the end of an adopted process is seen, its status if it can be`() async throws {
        let record = try await orphan("read x < go; exit 7")
        let child = try #require(ChildProcess(adopting: record))
        #expect(child.isAdopted)
        #expect(child.startTicks == record.startTicks)
        let (loop, home) = (loop, home)
        let exit = try await running.run {
            async let exit = child.leaderExit(on: loop)
            await Task.yield()
            try home.write("\n", to: "go")
            return await exit
        }
        // Unknown before Linux 6.15, and where nobody reaps the orphans.
        #expect(exit == .code(7) || exit == .unknown)
        #expect(await child.groupEnd(on: loop))
    }

    @Test func `an adopted process can be signalled, its group too`() async throws {
        let record = try await orphan("sleep 60 & sleep 60 & wait")
        let child = try #require(ChildProcess(adopting: record))
        try await Eventually.holds("the group is whole") {
            ProcessTable.liveMembers(ofGroup: record.pid)?.count == 3
        }
        child.signal(SIGTERM)
        let exit = await child.leaderExit(on: loop)
        #expect(exit == .signal(SIGTERM) || exit == .unknown)
        #expect(record.fate() == .remains)
        child.signalGroup(SIGTERM)
        #expect(await child.groupEnd(on: loop))
        #expect(record.fate() == .dead)
    }

    @Test(.enabled(if: Self.tellsStatus, "this kernel tells no stranger's exit status"))
    func `the exit status is known once its parent has reaped it`() async throws {
        let parent = try await ShellProcess(
            "setsid sh -c 'echo $$ > pid.new; mv pid.new pid; read x < go; exit 7' & wait",
            directory: home.path, on: loop)
        try await Eventually.holds("the grandchild runs") { home.has("pid") }
        let pid = try pid_t(home.read("pid").dropLast()) ?? 0
        let child = try #require(ChildProcess(adopting: try ChildRecord(of: pid)))
        let loop = loop
        let exit = try await running.run {
            async let exit = child.leaderExit(on: loop)
            await Task.yield()
            try self.home.write("\n", to: "go")
            return await exit
        }
        #expect(exit == .code(7))
        _ = await parent.child.leaderExit(on: loop)
    }

    /// Whether PIDFD_GET_INFO knows of ended processes: Linux 6.15 does.
    private static var tellsStatus: Bool {
        guard let release = ProcFile.text("/proc/sys/kernel/osrelease") else { return false }
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        return numbers.count == 2 && (numbers[0], numbers[1]) >= (6, 15)
    }
}
