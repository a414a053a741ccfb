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
        try copyFolder(source, status, to: destination, except: except)
    }

    private static func copyFolder(
        _ source: String, _ status: stat, to destination: String, except: String
    ) throws(DataBackupError) {
        guard mkdir(destination, 0o700) == 0 else { throw failed("mkdir", destination) }
        let names: [String]
        do throws(SystemError) {
            names = try ProcFile.list(source)
        } catch {
            throw .system(error)
        }
        for name in names {
            guard !Task.isCancelled else { throw .cancelled }
            let from = source + "/" + name
            guard from != except, from != destination else { continue }
            try copyEntry(from, to: destination + "/" + name, except: except)
        }
        try keepAttributes(status, of: destination)
    }

    private static func copyEntry(
        _ source: String, to destination: String, except: String
    ) throws(DataBackupError) {
        var status = stat()
        guard lstat(source, &status) == 0 else { throw failed("lstat", source) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            try copyFolder(source, status, to: destination, except: except)
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
    static func size(of folder: String) -> Int64 {
        ProcFile.names(in: folder).reduce(0) { sum, name in
            let path = folder + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { return sum }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: return sum + size(of: path)
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
