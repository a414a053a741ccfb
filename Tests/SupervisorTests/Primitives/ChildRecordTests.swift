import CLinux
import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct ChildRecordTests {
    private let running: RunningLoop
    private let temporary: TemporaryHome
    private var loop: EventLoop { running.loop }
    private var home: Home { temporary.home }

    init() throws {
        running = try RunningLoop()
        temporary = try TemporaryHome()
        try temporary.makeFolder("cosmovisor/.switchyard")
    }

    @Test func `a record is read back as it was stored`() throws {
        try temporary.write("{}", to: "data/upgrade-info.json")
        var record = try ChildRecord(of: getpid(), arguments: ["start", "--home", "/x"])
        record.planFile = try ForeignFile.read(home.planFile, limit: 10).identity
        record.proving = ChildRecord.ProvenPlan(name: "v2", height: 20)
        try record.store(in: home)
        #expect(ChildRecord.load(from: home) == record)
        #expect(try temporary.status("cosmovisor/.switchyard/child").st_mode & 0o777 == 0o600)
        #expect(temporary.names(in: "cosmovisor/.switchyard") == ["child"])
        let text = try temporary.read("cosmovisor/.switchyard/child")
        #expect(!text.contains("--home"), "arguments may hold secrets")
    }

    @Test func `a later record replaces the earlier one`() throws {
        try ChildRecord(of: getpid(), arguments: []).store(in: home)
        let later = try ChildRecord(of: getpid(), arguments: ["start"], role: .hook)
        try later.store(in: home)
        #expect(ChildRecord.load(from: home) == later)
    }

    @Test func `no record, a torn one and a link are none`() throws {
        #expect(ChildRecord.load(from: home) == nil)
        try ChildRecord(of: getpid(), arguments: ["start"]).store(in: home)
        let name = "cosmovisor/.switchyard/child"
        let whole = try Array(temporary.read(name).utf8)
        for length in 0..<whole.count {
            try temporary.write(whole.prefix(length), to: name)
            #expect(ChildRecord.load(from: home) == nil)
        }
        try temporary.write(whole, to: "elsewhere")
        unlink(home.childRecord)
        try temporary.makeLink(name, to: temporary["elsewhere"])
        #expect(ChildRecord.load(from: home) == nil)
    }

    @Test func `a child is alive until it has ended, a zombie is dead`() async throws {
        let process = try await ShellProcess("exec sleep 60", on: loop)
        let record = try ChildRecord(of: process.pid)
        #expect(record.fate() == .alive)
        process.child.signal(SIGKILL)
        try await Eventually.holds("it is a zombie") {
            ProcessEntry(pid: process.pid)?.isAlive == false
        }
        // Too much coming and going makes a look undecided, never wrong.
        try await Eventually.holds("a zombie counts as dead") { record.fate() == .dead }
        _ = await process.child.leaderExit(on: loop)
        #expect(record.fate() == .dead)
    }

    @Test func `a group that outlives its leader remains`() async throws {
        let process = try await ShellProcess("read x < go; sleep 60 & exit 0", temporary, loop)
        let record = try ChildRecord(of: process.pid)
        try temporary.write("\n", to: "go")
        _ = await process.child.leaderExit(on: loop)
        #expect(record.fate() == .remains)
        #expect(record.survivors?.count == 1)
        #expect(ChildProcess(adopting: record) == nil)
        let remains = ChildProcess(remainsOf: record)
        #expect(await remains.leaderExit(on: loop) == .unknown)
        remains.signalGroup(SIGKILL)
        #expect(await remains.groupEnd(on: loop))
        #expect(record.fate() == .dead)
    }

    @Test func `a record of another boot, namespace or process is not followed`() throws {
        let record = try ChildRecord(of: getpid())
        #expect(record.fate() == .alive)
        #expect(record.fate(bootID: "another boot") == .dead)

        var other = record
        other.startTicks += 1
        #expect(other.fate() == .dead)
        #expect(ChildProcess(adopting: other) == nil)
        other.startTicks -= 2
        #expect(other.fate() == .dead, "the number was given out anew, and its group with it")

        other = record
        other.pidNamespace += 1
        #expect(other.fate() == .unknowable)
        #expect(other.fate(bootID: "another boot") == .dead)
        other.supervisorIsInit = true
        #expect(other.fate() == .dead, "no child outlives PID 1")
    }

    @Test func `what runs the recorded program is genuine`() async throws {
        let process = try await ShellProcess(
            ProcessRequest(path: "/bin/sleep", arguments: ["60"], environment: []), on: loop)
        var record = try ChildRecord(of: process.pid)
        record.executable = ChildRecord.FileID(path: "/bin/sleep")
        #expect(record.isGenuine(in: home))
        await process.kill(on: loop)
        #expect(!record.isGenuine(in: home))
    }

    @Test func `a script, a wrapper and a replaced binary are known by their arguments`()
        async throws
    {
        #expect(mkfifo(temporary["go"], 0o600) == 0)
        try temporary.writeScript("read x < go", to: "script")
        try temporary.writeScript("exec ./script \"$@\"", to: "wrapper")
        let arguments = ["start", "ä ö"]
        for name in ["script", "wrapper"] {
            let process = try await ShellProcess(
                ProcessRequest(
                    path: temporary[name], arguments: arguments, environment: [],
                    directory: temporary.path), on: loop)
            var record = try ChildRecord(of: process.pid, arguments: arguments)
            record.executable = ChildRecord.FileID(path: temporary[name])
            #expect(record.isGenuine(in: home))
            record.argumentsSHA256 = ChildRecord.digest(of: ["start"])
            #expect(!record.isGenuine(in: home))
            await process.kill(on: loop)
        }
    }

    @Test func `an unrelated process is not genuine`() async throws {
        let process = try await ShellProcess(
            ProcessRequest(path: "/bin/sleep", arguments: ["60"], environment: []), on: loop)
        var record = try ChildRecord(of: process.pid, arguments: ["start"])
        record.executable = ChildRecord.FileID(path: "/bin/sh")
        #expect(record.fate() == .alive)
        #expect(!record.isGenuine(in: home))
        record.executable = nil
        #expect(!record.isGenuine(in: home))
        await process.kill(on: loop)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to start a process of another user"))
    func `a process of another user is not genuine`() async throws {
        let process = try await ShellProcess(
            "exec setpriv --reuid 65534 --clear-groups sleep 60", on: loop)
        try await Eventually.holds("it is another user's") {
            var status = Glibc.stat()
            return stat("/proc/\(process.pid)", &status) == 0 && status.st_uid == 65534
        }
        var record = try ChildRecord(of: process.pid, arguments: ["60"])
        record.executable = ChildRecord.FileID(path: "/proc/\(process.pid)/exe")
        #expect(!record.isGenuine(in: home))
        await process.kill(on: loop)
    }
}

extension ChildRecord {
    /// A record as it would be written of a process of this machine.
    init(of pid: pid_t, arguments: [String] = ["start"], role: Role = .daemon) throws {
        guard let entry = ProcessEntry(pid: pid) else {
            throw SystemError("read", path: "/proc/\(pid)/stat", code: ESRCH)
        }
        self.init(
            role: role, pid: pid, startTicks: entry.startTicks,
            startedAt: Date(timeIntervalSince1970: 1_700_000_000.25),
            bootID: ProcessTable.bootID(), pidNamespace: clinux_pid_namespace(),
            supervisorIsInit: false, argumentsSHA256: Self.digest(of: arguments), executable: nil,
            release: "genesis", planFile: nil, proving: nil)
    }
}

extension ShellProcess {
    /// Begins a script in the home, with a named pipe `go` there to hold it up.
    fileprivate init(_ script: String, _ home: TemporaryHome, _ loop: EventLoop) async throws {
        guard mkfifo(home["go"], 0o600) == 0 else { throw SystemError("mkfifo") }
        try await self.init(script, directory: home.path, on: loop)
    }
}
