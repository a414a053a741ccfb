import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// Between the check of a binary and its start: whatever is done to it there shows.
@Suite(.timeLimit(.minutes(5)))
struct StillBinaryTests {
    private let home: TemporaryHome
    private let running: RunningLoop

    init() throws {
        home = try TemporaryHome()
        running = try RunningLoop()
        try home.write(try Data(contentsOf: URL(filePath: "/bin/sleep")), to: "daemon", mode: 0o755)
        try home.write(try Data(contentsOf: URL(filePath: "/bin/cat")), to: "other", mode: 0o755)
    }

    private func started(_ body: () throws -> Void) async throws -> Bool {
        let still = try #require(StillBinary(home["daemon"]))
        let request = ProcessRequest(
            path: home["daemon"], arguments: ["600"], environment: [], directory: "/")
        let gated = try request.spawn()
        let child = try ShellProcess.child(of: gated)
        try body()
        try await gated.release(on: running.loop, path: home["daemon"])
        let isRight = still.isWhatRuns(as: child.pid)
        child.signal(SIGKILL)
        _ = await child.leaderExit(on: running.loop)
        return isRight
    }

    @Test func `what nobody touched runs as it was checked`() async throws {
        #expect(try await started {})
    }

    @Test func `another file in its place is told`() async throws {
        #expect(
            try await !started {
                rename(home["other"], home["daemon"])
            })
    }

    @Test func `a link in its place to something else is told`() async throws {
        #expect(
            try await !started {
                unlink(home["daemon"])
                symlink("other", home["daemon"])
            })
    }

    @Test func `a file that was away and came back has the same bytes`() async throws {
        #expect(
            try await started {
                rename(home["daemon"], home["aside"])
                rename(home["aside"], home["daemon"])
            })
    }

    @Test func `another mode or name makes no other bytes of it`() async throws {
        #expect(try await started { chmod(home["daemon"], 0o700) })
    }

    /// As of a binary that is root's and is started by another user.
    @Test(arguments: [false, true])
    func `another name of what cannot be held counts only where bytes are asked for`(
        isTakenAsItIs: Bool
    ) throws {
        let writer = try Descriptor(open(home["daemon"], O_WRONLY | O_CLOEXEC), call: "open")
        var still = try #require(StillBinary(home["daemon"]))
        still.isTakenAsItIs = isTakenAsItIs
        // The clock of files may stand for some milliseconds.
        while Seal(home["daemon"]) == still.seal {
            unlink(home["another"])
            #expect(link(home["daemon"], home["another"]) == 0)
        }
        #expect(still.isWhatRuns(as: getpid()) == isTakenAsItIs)
        #expect(rename(home["other"], home["daemon"]) == 0)
        #expect(!still.isWhatRuns(as: getpid()))
        withExtendedLifetime(writer) {}
    }

    @Test func `nobody can begin to write it while it is held still`() throws {
        let still = StillBinary(home["daemon"])
        withExtendedLifetime(still) {
            #expect(open(home["daemon"], O_WRONLY | O_NONBLOCK | O_CLOEXEC) == -1)
            #expect(errno == EWOULDBLOCK)
            #expect(truncate(home["other"], 1) == 0, "others are not concerned")
            let read = open(home["daemon"], O_RDONLY | O_CLOEXEC)
            #expect(read >= 0)
            close(read)
        }
        _ = consume still
        let after = try Descriptor(open(home["daemon"], O_WRONLY | O_CLOEXEC), call: "open")
        #expect(after.number >= 0)
    }

    /// Who has it mapped for writing since before cannot be kept from it; then the bytes tell.
    @Test func `a page that is written through an older mapping is told`() throws {
        let file = try Descriptor(open(home["daemon"], O_RDWR | O_CLOEXEC), call: "open")
        let page = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.number, 0)
        defer { munmap(page, 4096) }
        let still = try #require(StillBinary(home["daemon"]))
        page?.storeBytes(of: 0, toByteOffset: 64, as: UInt8.self)
        msync(page, 4096, Int32(MS_SYNC))
        #expect(!still.isWhatRuns(as: getpid()))
    }

    @Test func `what is no regular file is not held`() throws {
        try home.makeFolder("folder")
        #expect(mkfifo(home["pipe"], 0o600) == 0)
        #expect(StillBinary(home["folder"]) == nil)
        #expect(StillBinary(home["pipe"]) == nil)
        #expect(StillBinary(home["nothing"]) == nil)
    }
}
