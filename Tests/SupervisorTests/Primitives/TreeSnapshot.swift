import Glibc
import Supervisor

/// What a backup must keep of everything below a folder, by relative path.
struct TreeSnapshot: Equatable {
    private(set) var entries: [String: Entry] = [:]

    struct Entry: Equatable {
        let mode: mode_t
        let owner: uid_t
        /// Nanoseconds; nil for links, whose time nobody reads.
        let modified: Int64?
        /// Bytes of a file, text of a link.
        let content: [UInt8]?
    }

    init(of folder: String) throws {
        try add(folder, as: ".")
    }

    private mutating func add(_ path: String, as name: String) throws {
        var status = stat()
        // The folder itself may be a link; below it none is followed.
        let result = name == "." ? stat(path, &status) : lstat(path, &status)
        guard result == 0 else { throw SystemError("lstat", path: path) }
        let kind = status.st_mode & S_IFMT
        var content: [UInt8]?
        switch kind {
        case S_IFREG: content = try ForeignFile.readPrefix(path, limit: 64 << 20)
        case S_IFLNK: content = ProcFile.link(path).map { Array($0.utf8) }
        case S_IFDIR:
            for inner in ProcFile.names(in: path) {
                try add(path + "/" + inner, as: name + "/" + inner)
            }
        default: break
        }
        entries[name] = Entry(
            mode: status.st_mode, owner: status.st_uid,
            modified: kind == S_IFLNK ? nil : status.st_mtim.nanoseconds, content: content)
    }
}
