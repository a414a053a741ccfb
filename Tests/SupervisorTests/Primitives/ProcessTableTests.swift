import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct ProcessTableTests {
    private let running: RunningLoop
    private let temporary: TemporaryHome
    private var loop: EventLoop { running.loop }
    private var home: Home { temporary.home }

    init() throws {
        running = try RunningLoop()
        temporary = try TemporaryHome()
    }

    @Test func `our own entry tells our pid, parent and group`() throws {
        let entry = try #require(ProcessEntry(pid: getpid()))
        #expect(entry.parent == getppid())
        #expect(entry.group == getpgid(0))
        #expect(entry.isAlive)
        #expect(ProcessTable.all().contains { $0.pid == getpid() })
        #expect(ProcessEntry(pid: 0) == nil)
        #expect(ProcessTable.bootID().utf8.count == 36)
    }

    @Test(arguments: ["a b) S 1 (c", ") R 0 0 0", "((", "ends in )", "\u{600}", "new\nline", "ä"])
    func `a program may be named as it likes`(name: String) async throws {
        try copyProgram(to: name)
        let process = try await ShellProcess(
            ProcessRequest(path: temporary[name], arguments: ["60"], environment: []), on: loop)
        let entry = ProcessEntry(pid: process.pid)
        #expect(entry?.parent == getpid())
        #expect(entry?.group == process.pid)
        #expect(ProcessTable.liveMembers(ofGroup: process.pid)?.map(\.pid) == [process.pid])
        process.child.signal(SIGKILL)
        _ = await process.child.leaderExit(on: loop)
    }

    @Test func `a daemon is a program of the layout that has data open`() async throws {
        try copyProgram(to: "cosmovisor/genesis/bin/dummyd")
        try copyProgram(to: "elsewhere/dummyd")
        try temporary.write("", to: "data/db")
        try temporary.write("", to: "other/db")
        var processes: [String: ShellProcess] = [:]
        for program in ["cosmovisor/genesis/bin/dummyd", "elsewhere/dummyd"] {
            for folder in ["data", "other"] {
                processes[program + folder] = try await ShellProcess(
                    "exec ./\(program) 60 3< \(folder)/db", directory: temporary.path, on: loop)
            }
        }
        let daemon = processes["cosmovisor/genesis/bin/dummyddata"]?.pid
        try await Eventually.holds("the daemon is found") {
            ProcessTable.daemons(root: home.root, data: home.data).map(\.pid) == [daemon]
        }

        // The kernel's paths are resolved; ours need not be.
        try temporary.makeLink("link", to: temporary.path)
        let linked = Home(path: temporary["link"], daemonName: "dummyd")
        #expect(ProcessTable.daemons(root: linked.root, data: linked.data).map(\.pid) == [daemon])
        // A name that only begins like the folder's is another.
        #expect(
            ProcessTable.daemons(root: temporary["cosmo"], data: temporary["da"]).isEmpty)

        // A binary that was replaced or removed still runs.
        unlink(temporary["cosmovisor/genesis/bin/dummyd"])
        #expect(ProcessTable.daemons(root: home.root, data: home.data).map(\.pid) == [daemon])
        for process in processes.values { await process.kill(on: loop) }
        #expect(ProcessTable.daemons(root: home.root, data: home.data).isEmpty)
    }

    @Test func `a group whose one member forks and ends all the time is never empty`() async throws
    {
        // Each link of the chain lives for a millisecond; the last one says that it was the last.
        try temporary.writeScript(
            "if [ $1 -gt 0 ]; then $0 $(($1 - 1)) & else echo > last; fi", to: "hop")
        let process = try await ShellProcess(
            ProcessRequest(
                path: temporary["hop"], arguments: ["500"], environment: ShellProcess.environment,
                directory: temporary.path), on: loop)
        _ = await process.child.leaderExit(on: loop)
        let (temporary, group) = (temporary, process.pid)
        let misses = await withTaskExecutorPreference(try BlockingPool(threads: 1)) {
            var misses = 0
            while !temporary.has("last") {
                let isEmpty = ProcessTable.liveMembers(ofGroup: group)?.isEmpty == true
                if isEmpty, !temporary.has("last") { misses += 1 }
            }
            return misses
        }
        #expect(misses == 0)
        #expect(await process.child.groupEnd(on: loop))
    }

    private func copyProgram(to name: String) throws {
        let bytes = try ForeignFile.readPrefix(Self.sleep, limit: 8 << 20)
        try temporary.write(bytes, to: name, mode: 0o755)
    }

    /// What `/bin/sleep` resolves to: ForeignFile follows no link.
    private static var sleep: String {
        guard let path = realpath("/bin/sleep", nil) else { return "/bin/sleep" }
        defer { free(path) }
        return String(cString: path)
    }
}
