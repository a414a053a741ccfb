import CLinux
import Glibc

/// Copies, measures and removes folders, never following a link.
enum FileTree {
    /// - Parameter except: a folder that is not gone into, for it may lie in the source.
    static func copy(
        _ source: String, to destination: String, except: String
    ) throws(DataBackupError) {
        var status = stat()
        guard lstat(source, &status) == 0 else { throw failed("lstat", source) }
        if status.st_mode & S_IFMT == S_IFLNK {
            // The data folder itself may be a link to another disk; what it points at is meant.
            guard stat(source, &status) == 0 else { throw failed("stat", source) }
        }
        guard mkdir(destination, 0o700) == 0 else { throw failed("mkdir", destination) }
        // The copy itself may lie in the source too, when that is the folder not gone into.
        let skipped = Set([Place(except), Place(destination)].compactMap(\.self))
        try copyContent(of: source, status, to: destination, skipping: skipped)
    }

    /// What a path leads to: two paths to one folder may read differently.
    private struct Place: Hashable {
        private let device: UInt64
        private let inode: UInt64

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
        }

        /// Nil when it leads nowhere.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            self.init(status)
        }
    }

    private static func copyContent(
        of source: String, _ status: stat, to destination: String, skipping skipped: Set<Place>
    ) throws(DataBackupError) {
        let names: [String]
        do throws(SystemError) {
            names = try ProcFile.list(source)
        } catch {
            throw .system(error)
        }
        for name in names {
            guard !Task.isCancelled else { throw .cancelled }
            try copyEntry(
                source + "/" + name, to: destination + "/" + name, skipping: skipped)
        }
        try keepAttributes(status, of: destination)
    }

    private static func copyEntry(
        _ source: String, to destination: String, skipping skipped: Set<Place>
    ) throws(DataBackupError) {
        var status = stat()
        guard lstat(source, &status) == 0 else { throw failed("lstat", source) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            guard !skipped.contains(Place(status)) else { return }
            guard mkdir(destination, 0o700) == 0 else { throw failed("mkdir", destination) }
            try copyContent(of: source, status, to: destination, skipping: skipped)
        case S_IFREG:
            try copyFile(source, to: destination)
            try keepAttributes(status, of: destination)
        case S_IFLNK:
            guard let target = ProcFile.link(source) else { throw failed("readlink", source) }
            guard symlink(target, destination) == 0 else { throw failed("symlink", destination) }
        default:
            break
        }
    }

    private static func copyFile(
        _ source: String, to destination: String
    ) throws(DataBackupError) {
        do throws(SystemError) {
            let from = try Descriptor(
                open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), call: "open", path: source)
            let to = try Descriptor(
                open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600), call: "open",
                path: destination)
            var piece = Piece.inKernel
            while !Task.isCancelled {
                let count = piece.copy(from.number, to.number)
                if count == 0 { return }
                if count < 0, piece == .inKernel, Piece.isRefused(-count) {
                    // Another filesystem, or one that cannot: the offsets have not moved.
                    piece = .throughMemory
                } else if count < 0 {
                    throw SystemError("copy", path: destination, code: Int32(-count))
                }
            }
        } catch {
            throw .system(error)
        }
        throw .cancelled
    }

    /// How one piece of a file is copied: 8 MiB at most, so that a cancellation waits for
    /// milliseconds.
    private enum Piece {
        case inKernel, throughMemory

        func copy(_ from: Int32, _ to: Int32) -> Int {
            switch self {
            case .inKernel: clinux_copy_file_range(from, to, 8 << 20)
            case .throughMemory: clinux_copy_through_memory(from, to)
            }
        }

        static func isRefused(_ code: Int) -> Bool {
            [EXDEV, EINVAL, EOPNOTSUPP, ENOSYS, EPERM].contains(Int32(code))
        }
    }

    private static func keepAttributes(_ status: stat, of path: String) throws(DataBackupError) {
        if geteuid() == 0 { lchown(path, status.st_uid, status.st_gid) }
        guard chmod(path, status.st_mode & 0o7777) == 0 else { throw failed("chmod", path) }
        let times = [status.st_atim, status.st_mtim]
        guard utimensat(AT_FDCWD, path, times, 0) == 0 else { throw failed("utimensat", path) }
    }

    /// Bytes of the regular files; what vanishes meanwhile counts as nothing.
    ///
    /// - Parameter except: a folder that is not gone into, as in `copy`.
    static func size(of folder: String, except: String) -> Int64 {
        size(of: folder, skipping: Place(except))
    }

    private static func size(of folder: String, skipping skipped: Place?) -> Int64 {
        ProcFile.names(in: folder).reduce(0) { sum, name in
            let path = folder + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { return sum }
            switch status.st_mode & S_IFMT {
            case S_IFDIR where Place(status) != skipped:
                return sum + size(of: path, skipping: skipped)
            case S_IFREG: return sum + Int64(status.st_blocks) * 512
            default: return sum
            }
        }
    }

    /// Removes a file or a folder with all that is in it; one that does not exist is fine.
    static func remove(_ path: String) throws(DataBackupError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            guard unlink(path) == 0 else { throw failed("unlink", path) }
            return
        }
        for name in ProcFile.names(in: path) { try remove(path + "/" + name) }
        guard rmdir(path) == 0 else { throw failed("rmdir", path) }
    }

    private static func failed(_ call: String, _ path: String) -> DataBackupError {
        .system(SystemError(call, path: path))
    }
}
