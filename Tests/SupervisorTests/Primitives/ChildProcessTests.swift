import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct ChildProcessTests {
    private let running: RunningLoop
    private let home: TemporaryHome
    private var loop: EventLoop { running.loop }

    init() throws {
        running = try RunningLoop()
        home = try TemporaryHome()
    }

    @Test(arguments: [
        ("exit 0", Exit.code(0)), ("exit 1", .code(1)), ("exit 125", .code(125)),
        ("exit 255", .code(255)), ("kill -TERM $$", .signal(SIGTERM)),
        ("kill -KILL $$", .signal(SIGKILL)), ("ulimit -c 0; kill -ABRT $$", .signal(SIGABRT)),
        ("kill -HUP $$", .signal(SIGHUP)), ("kill -PIPE $$", .signal(SIGPIPE)),
    ])
    func `the end of a child is told as it was`(script: String, exit: Exit) async throws {
        let process = try await ShellProcess(script, on: loop)
        #expect(await process.child.leaderExit(on: loop) == exit)
        #expect(ProcessEntry(pid: process.pid) == nil)
    }

    @Test func `a cancelled wait for the end leaves the child alone`() async throws {
        let process = try await ShellProcess("exec sleep 60", on: loop)
        let (loop, child) = (loop, process.child)
        await withTaskGroup(of: Exit?.self) { group in
            group.addTask { await child.leaderExit(on: loop) }
            await running.roundTrip()
            group.cancelAll()
            #expect(await group.next() == .some(nil))
        }
        #expect(ProcessEntry(pid: process.pid)?.isAlive == true)
        process.child.signal(SIGTERM)
        #expect(await process.child.leaderExit(on: loop) == .signal(SIGTERM))
    }

    @Test func `a signal to a child that was reaped reaches nobody`() async throws {
        let process = try await ShellProcess("exit 0", on: loop)
        _ = await process.child.leaderExit(on: loop)
        process.child.signal(SIGKILL)
        process.child.signalGroup(SIGKILL)
        #expect(await process.child.groupEnd(on: loop))
    }

    @Test func `a group lives on after its leader, and its end is awaited`() async throws {
        let process = try await ShellProcess(
            "sleep 60 & echo $! > member; exit 3", on: home, loop)
        #expect(await process.child.leaderExit(on: loop) == .code(3))
        let members = try #require(ProcessTable.liveMembers(ofGroup: process.pid))
        #expect(try members.map { "\($0.pid)\n" } == [home.read("member")])
        let (loop, child) = (loop, process.child)
        let ended = await running.run {
            async let ended = child.groupEnd(on: loop)
            await Task.yield()
            child.signalGroup(SIGTERM)
            return await ended
        }
        #expect(ended)
        try await Eventually.holds("nobody of the group is found alive") {
            ProcessTable.liveMembers(ofGroup: process.pid)?.isEmpty == true
        }
    }

    @Test func `a cancelled wait for the group's end says that it has not ended`() async throws {
        let process = try await ShellProcess("sleep 60 & exit 0", on: loop)
        _ = await process.child.leaderExit(on: loop)
        let (loop, child) = (loop, process.child)
        await withTaskGroup(of: Bool.self) { group in
            group.cancelAll()
            group.addTask { await child.groupEnd(on: loop) }
            #expect(await group.next() == false)
        }
        await process.kill(on: loop)
    }

    @Test func `zombies of a group do not count`() async throws {
        let process = try await ShellProcess("sh -c : & exec sleep 60", on: loop)
        try await Eventually.holds("the member is a zombie") {
            ProcessTable.all().contains { $0.parent == process.pid && $0.state == "Z" }
        }
        #expect(ProcessTable.liveMembers(ofGroup: process.pid)?.map(\.pid) == [process.pid])
        await process.kill(on: loop)
    }

    @Test func `a group of one zombie is empty, though kill finds it`() async throws {
        let process = try await ShellProcess("exit 0", on: loop)
        try await Eventually.holds("the leader is a zombie") {
            ProcessEntry(pid: process.pid)?.state == "Z"
        }
        #expect(Glibc.kill(-process.pid, 0) == 0)
        try await Eventually.holds("nobody of the group is found alive") {
            ProcessTable.liveMembers(ofGroup: process.pid)?.isEmpty == true
        }
        #expect(await process.child.groupEnd(on: loop))
        #expect(await process.child.leaderExit(on: loop) == .code(0))
    }

    @Test func `a signal to the group reaches every member`() async throws {
        let script = """
            for n in 1 2 3; do
                sh -c 'trap "echo > got$0; exit" TERM; echo > up$0; while :; do sleep 0.01; done' $n &
            done
            trap 'echo > got0' TERM; echo > up0; wait; wait; exit 9
            """
        let process = try await ShellProcess(script, on: home, loop)
        try await Eventually.holds("all are up") { (0...3).allSatisfy { home.has("up\($0)") } }
        process.child.signalGroup(SIGTERM)
        try await Eventually.holds("all were reached") {
            (0...3).allSatisfy { home.has("got\($0)") }
        }
        await process.kill(on: loop)
    }

    @Test func `a child that ignores TERM is killed after its grace`() async throws {
        let process = try await ShellProcess(
            "trap '' TERM; sleep 60 & echo > up; wait", on: home, loop)
        try await Eventually.holds("it ignores TERM") { home.has("up") }
        process.child.signal(SIGTERM)
        let began = Instant.now
        let exit = await process.child.leaderExit(on: loop, within: .milliseconds(100))
        #expect(exit == .signal(SIGKILL))
        #expect(Instant.now - began >= .milliseconds(100))
        await process.child.groupEnd(on: loop, within: .zero)
        try await Eventually.holds("nobody of the group is found alive") {
            ProcessTable.liveMembers(ofGroup: process.pid)?.isEmpty == true
        }
    }

    @Test func `members that ignore TERM are killed after their grace`() async throws {
        let process = try await ShellProcess(
            "trap '' TERM; for n in 1 2 3; do sleep 60 & done; exit 0", on: loop)
        _ = await process.child.leaderExit(on: loop)
        process.child.signalGroup(SIGTERM)
        #expect(ProcessTable.liveMembers(ofGroup: process.pid)?.count == 3)
        await process.child.groupEnd(on: loop, within: .milliseconds(50))
        try await Eventually.holds("nobody of the group is found alive") {
            ProcessTable.liveMembers(ofGroup: process.pid)?.isEmpty == true
        }
    }

    @Test func `200 children leave no descriptor and no zombie`() async throws {
        let before = ProcFile.names(in: "/proc/self/fd").count
        for number in 0..<200 {
            let process = try await ShellProcess(
                ProcessRequest(
                    path: number % 10 == 0 ? "/bin/false" : "/bin/true", arguments: [],
                    environment: []), on: loop)
            #expect(await process.child.leaderExit(on: loop) == .code(number % 10 == 0 ? 1 : 0))
            #expect(ProcessEntry(pid: process.pid) == nil)
        }
        // Other tests open and close descriptors meanwhile.
        try await Eventually.holds("the descriptors are closed") {
            ProcFile.names(in: "/proc/self/fd").count < before + 100
        }
    }
}

extension ShellProcess {
    /// Begins a script that works in the home.
    fileprivate init(_ script: String, on home: TemporaryHome, _ loop: EventLoop) async throws {
        try await self.init(script, directory: home.path, on: loop)
    }
}
