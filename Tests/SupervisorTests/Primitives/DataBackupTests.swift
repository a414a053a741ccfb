import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct DataBackupTests {
    private let temporary: TemporaryHome
    private var backup: DataBackup { get throws { try temporary.backup() } }

    init() throws {
        temporary = try TemporaryHome()
        try temporary.makeFolder("data")
    }

    @Test func `a backup has the plan's name and height`() throws {
        #expect(try backup.destination == temporary["data-backup-v2-20"])
        #expect(try backup.partial == temporary["data-backup-v2-20.partial"])
        #expect(try !backup.isComplete)
    }

    @Test func `content, modes, owners, times and links are kept`() throws {
        try temporary.fillData()
        try backup.make()
        #expect(try backup.isComplete)
        #expect(!temporary.has("data-backup-v2-20.partial"))
        #expect(
            try TreeSnapshot(of: backup.destination) == TreeSnapshot(of: temporary["data"]))
    }

    @Test func `links are kept as links and never followed`() throws {
        try temporary.write("outside", to: "outside/file")
        try temporary.makeLink("data/folder", to: "../outside")
        try temporary.makeLink("data/file", to: temporary["outside/file"])
        try temporary.makeLink("data/circle", to: "circle")
        let before = try temporary.status("outside/file")
        try backup.make()
        #expect(try temporary.link("data-backup-v2-20/folder") == "../outside")
        #expect(try temporary.link("data-backup-v2-20/file") == temporary["outside/file"])
        #expect(try temporary.link("data-backup-v2-20/circle") == "circle")
        let after = try temporary.status("outside/file")
        #expect(after.st_ctim.nanoseconds == before.st_ctim.nanoseconds)
    }

    @Test func `sockets and pipes are left out`() throws {
        #expect(mkfifo(temporary["data/pipe"], 0o600) == 0)
        let socket = temporary["data/socket"]
        #expect(mknod(socket, S_IFSOCK | 0o600, 0) == 0)
        try temporary.write("x", to: "data/file")
        try backup.make()
        #expect(temporary.names(in: "data-backup-v2-20") == ["file"])
    }

    @Test func `data may be a link to another place`() throws {
        try temporary.fillData()
        #expect(rename(temporary["data"], temporary["disk"]) == 0)
        try temporary.makeLink("data", to: "disk")
        try backup.make()
        #expect(try temporary.status("data-backup-v2-20").st_mode & S_IFMT == S_IFDIR)
        #expect(
            try TreeSnapshot(of: backup.destination) == TreeSnapshot(of: temporary["disk"]))
    }

    @Test func `a backup that is there stays as it is`() throws {
        try temporary.write("new", to: "data/file")
        try temporary.write("old", to: "data-backup-v2-20/file")
        try temporary.write("stale", to: "data-backup-v2-20.partial/file")
        try backup.make()
        #expect(try temporary.read("data-backup-v2-20/file") == "old")
    }

    @Test func `what an interrupted backup left is removed first`() throws {
        try temporary.write("x", to: "data/file")
        try temporary.write("half", to: "data-backup-v2-20.partial/file")
        try temporary.write("gone since", to: "data-backup-v2-20.partial/folder/old")
        try temporary.makeLink("data-backup-v2-20.partial/link", to: temporary["data"])
        try backup.make()
        #expect(temporary.names(in: "data-backup-v2-20") == ["file"])
        #expect(try temporary.read("data/file") == "x")
    }

    @Test func `a cancelled backup leaves nothing`() async throws {
        try temporary.write("x", to: "data/file")
        let backup = try backup
        await withTaskGroup(of: DataBackupError?.self) { group in
            group.cancelAll()
            group.addTask { backup.failure() }
            #expect(await group.next() == .cancelled)
        }
        #expect(temporary.names() == ["data"])
    }

    @Test func `a backup that is cancelled within a huge file leaves nothing`() async throws {
        // Without blocks of its own, it takes seconds to copy and no space to make.
        try temporary.write("", to: "data/huge")
        #expect(truncate(temporary["data/huge"], 16 << 30) == 0)
        let backup = try backup
        let pool = try BlockingPool(threads: 1)
        let temporary = temporary
        try await withThrowingTaskGroup(of: DataBackupError?.self) { group in
            group.addTask(executorPreference: pool) { backup.failure() }
            try await Eventually.holds("the copy is under way") {
                temporary.has("data-backup-v2-20.partial/huge")
            }
            group.cancelAll()
            #expect(try await group.next() == .cancelled)
        }
        #expect(temporary.names() == ["data"])
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to look as another user"))
    func `a folder that cannot be read fails the backup`() throws {
        try temporary.write("precious", to: "data/application.db/1.sst")
        #expect(chmod(temporary["data/application.db"], 0o711) == 0)
        #expect(chmod(temporary.path, 0o777) == 0)
        let backup = try backup
        let error = #expect(throws: DataBackupError.self) {
            try asNobody { () throws(DataBackupError) in try backup.make() }
        }
        #expect(
            error
                == .system(
                    SystemError("opendir", path: temporary["data/application.db"], code: EACCES)))
        #expect(temporary.names() == ["data"])
    }

    @Test func `a missing data folder fails the backup`() throws {
        rmdir(temporary["data"])
        let path = temporary["data"]
        #expect(throws: DataBackupError.system(SystemError("lstat", path: path, code: ENOENT))) {
            try backup.make()
        }
        #expect(temporary.names().isEmpty)
    }
}

extension DataBackup {
    func failure() -> DataBackupError? {
        do throws(DataBackupError) {
            try make()
            return nil
        } catch {
            return error
        }
    }
}

extension TemporaryHome {
    /// A backup of the data before `v2` at height 20, in this folder or the home.
    func backup(in parent: String? = nil) throws -> DataBackup {
        let plan = UpgradePlan(name: try PlanName("v2", case: .lowered), height: 20)
        return DataBackup(home: home, parent: parent ?? path, plan: plan)
    }

    /// Fills `data/` with all that a database may hold, and more.
    func fillData() throws {
        try write("", to: "data/application.db/empty", mode: 0o600)
        try write("x", to: "data/application.db/LOCK", mode: 0o444)
        var large = [UInt8](repeating: 7, count: (9 << 20) + 1)
        for index in stride(from: 0, to: large.count, by: 4_093) { large[index] = 8 }
        try write(large, to: "data/application.db/000001.sst")
        try write("{}", to: "data/odd \n näme", mode: 0o4755)
        try makeLink("data/CURRENT", to: "application.db/LOCK")
        try makeLink("data/dangling", to: "/no/such/place")
        try makeFolder("data/empty", mode: 0o555)
        try makeFolder("data/a/b/c", mode: 0o2770)
        if geteuid() == 0 { chown(self["data/application.db"], 1_234, 5_678) }
        for name in ["data/application.db/LOCK", "data/a/b", "data/application.db", "data"] {
            let past = timespec(tv_sec: 1_234_567_890, tv_nsec: 123_456_789)
            utimensat(AT_FDCWD, self[name], [past, past], 0)
        }
    }
}
