import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct FolderWatchTests {
    private static let name = "upgrade-info.json"
    private let home: TemporaryHome
    private let watch: FolderWatch

    init() throws {
        home = try TemporaryHome()
        try home.makeFolder("data")
        watch = try FolderWatch(home["data"])
    }

    private var sight: FolderWatch.Sight { watch.read(lookingFor: Self.name) }

    @Test func `a quiet folder shows nothing`() {
        #expect(sight == .nothing)
        #expect(watch.isInPlace)
    }

    @Test func `only of filesystems that others cannot write to is everything seen`() throws {
        #expect(watch.isComplete)
        #expect(try !FolderWatch("/proc").isComplete)
    }

    @Test func `a file that was written and closed is seen once`() throws {
        try home.write("{}", to: "data/\(Self.name)")
        #expect(sight == .seen)
        #expect(sight == .nothing)
    }

    @Test func `a file is seen when it is closed, not while it is written`() throws {
        do {
            let file = try Descriptor(
                open(home["data/\(Self.name)"], O_WRONLY | O_CREAT | O_CLOEXEC, 0o600),
                call: "open")
            #expect(write(file.number, "{", 1) == 1)
            #expect(sight == .nothing)
        }
        #expect(sight == .seen)
    }

    @Test func `a file that is renamed in is seen`() throws {
        try home.write("{}", to: "data/temporary")
        #expect(sight == .nothing)
        #expect(rename(home["data/temporary"], home["data/\(Self.name)"]) == 0)
        #expect(sight == .seen)
        try home.write("{}", to: "elsewhere")
        #expect(rename(home["elsewhere"], home["data/\(Self.name)"]) == 0)
        #expect(sight == .seen)
    }

    @Test func `other names, reads and removals are not seen`() throws {
        try home.write("{}", to: "data/\(Self.name)")
        #expect(sight == .seen)
        for name in ["priv_validator_state.json", "\(Self.name).new", "upgrade-info.jso", "U"] {
            for _ in 0..<500 { try home.write("{}", to: "data/\(name)") }
        }
        _ = try home.read("data/\(Self.name)")
        unlink(home["data/\(Self.name)"])
        #expect(sight == .nothing)
    }

    @Test func `one write among many others is seen`() throws {
        for number in 0..<3_000 { try home.write("", to: "data/other\(number % 7)") }
        try home.write("{}", to: "data/\(Self.name)")
        for number in 0..<3_000 { try home.write("", to: "data/other\(number % 7)") }
        #expect(sight == .seen)
        #expect(sight == .nothing)
    }

    @Test func `a loop is woken by a write`() async throws {
        let running = try RunningLoop()
        let (loop, descriptor, home) = (running.loop, watch.descriptor.number, home)
        let wake = try await running.run {
            async let wake = loop.wait(for: .read, on: descriptor)
            await Task.yield()
            try home.write("{}", to: "data/\(Self.name)")
            return await wake
        }
        #expect(wake == .ready)
        #expect(sight == .seen)
    }

    @Test func `a folder that is removed is lost`() {
        rmdir(home["data"])
        #expect(sight == .lost)
        #expect(!watch.isInPlace)
    }

    @Test func `a folder that is moved is lost, whatever is written into it then`() throws {
        #expect(rename(home["data"], home["moved"]) == 0)
        try home.write("{}", to: "moved/\(Self.name)")
        #expect(sight == .lost)
        #expect(!watch.isInPlace)
    }

    @Test func `another folder in its place is told by the place`() throws {
        try home.makeFolder("fresh")
        let link = home["link"]
        try home.makeLink("link", to: "data")
        let watch = try FolderWatch(link)
        #expect(watch.isInPlace)
        unlink(link)
        try home.makeLink("link", to: "fresh")
        #expect(watch.read(lookingFor: Self.name) == .nothing)
        #expect(!watch.isInPlace)
    }

    @Test func `events that were dropped are a loss`() throws {
        let limit = ProcFile.text("/proc/sys/fs/inotify/max_queued_events") ?? "16384\n"
        // Equal events in a row are one to inotify: two names by turns, and some more, for where a
        // child of another test holds a file for a moment its event comes late, beside its equal.
        for number in 0...((Int(limit.dropLast()) ?? 16_384) * 5 / 4) {
            let path = home["data/\(number % 2)"]
            close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        }
        #expect(sight == .lost)
    }

    @Test func `what is no folder cannot be watched`() throws {
        try home.write("", to: "file")
        #expect(throws: SystemError("inotify_add_watch", path: home["file"], code: ENOTDIR)) {
            try FolderWatch(home["file"])
        }
        #expect(throws: SystemError("stat", path: home["absent"], code: ENOENT)) {
            try FolderWatch(home["absent"])
        }
    }
}
