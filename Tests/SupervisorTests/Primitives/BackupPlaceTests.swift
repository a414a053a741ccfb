import Glibc
import Testing

@testable import Supervisor

/// Backups that go to other filesystems, full ones, and into the data itself.
@Suite(.timeLimit(.minutes(5)))
struct BackupPlaceTests {
    private let temporary: TemporaryHome

    init() throws {
        temporary = try TemporaryHome()
        try temporary.makeFolder("data")
    }

    @Test(.enabled(if: MountedTmpfs.isAvailable, "needs the right to mount"))
    func `a backup to another filesystem is as whole`() throws {
        let other = try MountedTmpfs(size: "64m")
        try temporary.fillData()
        let backup = try temporary.backup(in: other.path)
        try backup.make()
        #expect(
            try TreeSnapshot(of: backup.destination) == TreeSnapshot(of: temporary["data"]))
    }

    @Test(.enabled(if: MountedTmpfs.isAvailable, "needs the right to mount"))
    func `a backup that would not fit is not begun`() throws {
        let small = try MountedTmpfs()
        try temporary.write(Array(repeating: 7, count: 3 << 20), to: "data/file")
        let backup = try temporary.backup(in: small.path)
        let error = try #require(backup.failure())
        guard case .noSpace(let needed, let free, small.path) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(needed >= 3 << 20)
        #expect(free <= 1 << 20)
        #expect(error.isDiskFull)
        #expect(ProcFile.names(in: small.path).isEmpty)
    }

    @Test(.enabled(if: MountedTmpfs.isAvailable, "needs the right to mount"))
    func `a disk that becomes full leaves nothing partial`() throws {
        let small = try MountedTmpfs()
        try temporary.write("x", to: "data/first")
        // Without blocks of its own it seems to fit.
        try temporary.write("", to: "data/sparse")
        #expect(truncate(temporary["data/sparse"], 4 << 20) == 0)
        let error = try #require(try temporary.backup(in: small.path).failure())
        #expect(error.isDiskFull)
        #expect(error != .cancelled)
        #expect(ProcFile.names(in: small.path).isEmpty)
    }

    @Test func `a place that is missing is an error`() throws {
        let parent = temporary["absent"]
        let error = DataBackupError.system(SystemError("statvfs", path: parent, code: ENOENT))
        #expect(try temporary.backup(in: parent).failure() == error)
    }

    @Test func `a backup folder within the data is not backed up itself`() throws {
        try temporary.write("x", to: "data/file")
        try temporary.write("old", to: "data/backups/data-backup-v1-10/file")
        let backup = try temporary.backup(in: temporary["data/backups"])
        #expect(backup.failure() == nil)
        #expect(temporary.names(in: "data/backups/data-backup-v2-20") == ["file"])
    }

    @Test func `a backup folder within the data may be named in any way`() throws {
        try temporary.write("x", to: "data/file")
        try temporary.makeFolder("data/backups")
        try temporary.makeLink("link", to: "data/backups")
        try temporary.makeLink("home", to: ".")
        for parent in ["link", "home/data/backups", "data/./backups", "data/backups/"] {
            let backup = try temporary.backup(in: temporary[parent])
            #expect(backup.failure() == nil)
            #expect(temporary.names(in: "data/backups/data-backup-v2-20") == ["file"])
            try FileTree.remove(temporary["data/backups/data-backup-v2-20"])
        }
    }

    @Test func `a backup in the data folder itself does not hold itself`() throws {
        try temporary.write("x", to: "data/file")
        try temporary.makeLink("link", to: "data")
        let backup = try temporary.backup(in: temporary["link"])
        #expect(backup.failure() == nil)
        #expect(temporary.names(in: "data/data-backup-v2-20") == ["file"])
    }

    @Test(.enabled(if: MountedTmpfs.isAvailable, "needs the right to mount"))
    func `earlier backups within the data take no part in the space needed`() throws {
        let disk = try MountedTmpfs(size: "4m")
        let temporary = try TemporaryHome(in: disk.path)
        try temporary.write("x", to: "data/file")
        try temporary.write(Array(repeating: 7, count: 3 << 20), to: "data/backups/v1/file")
        let backup = try temporary.backup(in: temporary["data/backups"])
        #expect(backup.failure() == nil)
    }
}
