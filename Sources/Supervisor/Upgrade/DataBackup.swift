import CLinux
import Glibc

/// One plan's copy of `data/`, made while no daemon runs, once.
///
/// Built under a partial name and renamed when durable, so that a folder of the final name is always
/// whole. Regular files, folders and links are kept with modes, times and, as root, owners; sockets,
/// pipes and devices hold no data and are left out.
package struct DataBackup: Sendable {
    package let source: String
    /// `<parent>/data-backup-<plan>-<height>`.
    package let destination: String

    package init(home: Home, parent: String, plan: UpgradePlan) {
        source = home.data
        destination = "\(parent)/data-backup-\(plan.name.directory)-\(plan.height)"
    }

    package var partial: String { destination + ".partial" }

    package var isComplete: Bool {
        var status = stat()
        return lstat(destination, &status) == 0
    }

    /// Makes the backup unless it is there; blocks, so it belongs on a blocking pool.
    ///
    /// A cancelled task ends it between two pieces with `.cancelled`. What is partial is removed
    /// then and on failure, for the disk may be the daemon's own.
    package func make() throws(DataBackupError) {
        guard !isComplete else { return }
        do throws(DataBackupError) {
            try FileTree.remove(partial)
            try requireSpace()
            try FileTree.copy(source, to: partial, except: destination.parentFolder)
            try makeDurable()
        } catch {
            try? FileTree.remove(partial)  // The failure that led here is the one to tell.
            throw error
        }
    }

    /// Bytes that we may still write there.
    static func freeSpace(at folder: String) throws(DataBackupError) -> Int64 {
        var filesystem = statvfs()
        guard statvfs(folder, &filesystem) == 0 else {
            throw .system(SystemError("statvfs", path: folder))
        }
        return Int64(filesystem.f_bavail) * Int64(filesystem.f_frsize)
    }

    private func requireSpace() throws(DataBackupError) {
        let parent = destination.parentFolder
        let free = try Self.freeSpace(at: parent)
        let needed = FileTree.size(of: source, except: parent)
        guard needed <= free else { throw .noSpace(needed: needed, free: free, at: parent) }
    }

    private func makeDurable() throws(DataBackupError) {
        do throws(SystemError) {
            let folder = try Descriptor(
                open(partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC), call: "open", path: partial)
            // One syncfs instead of an fsync for each of perhaps 500,000 files.
            let result = clinux_syncfs(folder.number)
            guard result == 0 else { throw SystemError("syncfs", path: partial, code: -result) }
            guard rename(partial, destination) == 0 else {
                throw SystemError("rename", path: destination)
            }
            try DurableFile.syncDirectory(of: destination)
        } catch {
            throw .system(error)
        }
    }
}

/// Why a backup could not be made.
package enum DataBackupError: Error, Equatable, CustomStringConvertible {
    case cancelled
    /// Bytes.
    case noSpace(needed: Int64, free: Int64, at: String)
    case system(SystemError)

    package var description: String {
        switch self {
        case .cancelled: "cancelled"
        case .noSpace(let needed, let free, let place):
            "\(needed >> 20) MiB are needed and \(free >> 20) MiB are free at \(place)"
        case .system(let error): "\(error)"
        }
    }

    /// Nothing was begun, for it would not have fitted.
    package var isNoSpace: Bool {
        guard case .noSpace = self else { return false }
        return true
    }

    package var isDiskFull: Bool {
        switch self {
        case .noSpace: true
        case .system(let error): error.code == ENOSPC || error.code == EDQUOT
        case .cancelled: false
        }
    }
}
