import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct HomeLockTests {
    private let running: RunningLoop
    private let temporary: TemporaryHome
    private var loop: EventLoop { running.loop }
    private var home: Home { temporary.home }

    init() throws {
        running = try RunningLoop()
        temporary = try TemporaryHome()
        try temporary.makeFolder("cosmovisor", mode: 0o751)
    }

    /// Another process that holds the lock of the folder, and says so.
    private func holder() async throws -> ShellProcess {
        let process = try await ShellProcess(
            "exec flock -n -F cosmovisor sh -c 'echo > held; exec sleep 60'",
            directory: temporary.path, on: loop)
        try await Eventually.holds("the lock is held") { temporary.has("held") }
        return process
    }

    /// Children of other tests hold all our descriptors until they have closed them, before their
    /// gates.
    private func becomesFree() async throws {
        try await Eventually.holds("the lock is free") { (try? HomeLock(home)) != nil }
    }

    @Test func `the second holder is refused with the pid of the first`() async throws {
        let process = try await holder()
        #expect(throws: HomeLockError.held(by: process.pid)) { try HomeLock(home) }
        await process.kill(on: loop)
        try await becomesFree()
    }

    @Test func `a lock that is held is refused to others and given back at its end`() async throws {
        let attempt = "cd \(temporary.path); flock -n cosmovisor true"
        let lock = try HomeLock(home)
        #expect(throws: HomeLockError.held(by: getpid())) { try HomeLock(home) }
        #expect(try await ShellProcess.output(of: attempt, on: loop).exit == .code(1))
        _ = consume lock
        try await becomesFree()
        #expect(try await ShellProcess.output(of: attempt, on: loop).exit == .code(0))
    }

    @Test func `a lock through a link is the same lock`() async throws {
        try temporary.makeLink("link", to: ".")
        let lock = try HomeLock(home)
        let linked = Home(path: temporary["link"], daemonName: "dummyd")
        #expect(throws: HomeLockError.held(by: getpid())) { try HomeLock(linked) }
        _ = consume lock
    }

    @Test func `a child of ours does not keep the lock`() async throws {
        let lock = try HomeLock(home)
        let process = try await ShellProcess("exec sleep 60", on: loop)
        _ = consume lock
        try await becomesFree()
        await process.kill(on: loop)
    }

    @Test func `a lock that a dead holder left to its child is waited for`() async throws {
        let process = try await ShellProcess(
            "exec flock -n cosmovisor sh -c 'echo > held; exec sleep 0.2'",
            directory: temporary.path, on: loop)
        try await Eventually.holds("the lock is held") { temporary.has("held") }
        // The holder alone; its child goes on with the lock.
        process.child.signal(SIGKILL)
        _ = await process.child.leaderExit(on: loop)
        _ = try HomeLock(home)
    }

    @Test func `locking touches nothing`() throws {
        let before = try temporary.status("cosmovisor")
        do {
            let lock = try HomeLock(home)
            _ = try? HomeLock(home)
            _ = consume lock
        }
        let after = try temporary.status("cosmovisor")
        #expect(after.st_mode & 0o777 == 0o751)
        #expect(after.st_mtim.nanoseconds == before.st_mtim.nanoseconds)
        #expect(after.st_ctim.nanoseconds == before.st_ctim.nanoseconds)
        #expect(temporary.names(in: "cosmovisor").isEmpty)
    }

    @Test func `another link of the same home is no way around the lock`() throws {
        try temporary.makeFolder("elsewhere")
        let other = Home(
            path: temporary.path, daemonName: "dummyd", current: temporary["elsewhere/current"])
        let lock = try HomeLock(other)
        #expect(throws: HomeLockError.held(by: getpid())) { try HomeLock(home) }
        _ = consume lock
    }

    @Test func `two homes may share their releases`() async throws {
        let other = try TemporaryHome()
        let shared = { (home: TemporaryHome) in
            Home(
                path: home.path, daemonName: "dummyd", root: temporary["cosmovisor"],
                current: home["current"])
        }
        let lock = try HomeLock(shared(temporary))
        _ = try HomeLock(shared(other))
        _ = consume lock
    }

    @Test func `a home without its folder cannot be locked`() throws {
        let empty = try TemporaryHome()
        let error = SystemError("open", path: empty.home.root, code: ENOENT)
        #expect(throws: HomeLockError.system(error)) { try HomeLock(empty.home) }
    }
}
