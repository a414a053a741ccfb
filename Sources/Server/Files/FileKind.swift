import Glibc
import Supervisor

/// What lies at a path.
enum FileKind: Equatable {
    case missing, regular, directory, link, other

    /// Looks through links.
    init(at path: String) throws(SystemError) {
        var status = stat()
        try self.init(stat(path, &status), status, path)
    }

    /// Looks at the link itself.
    init(ofLinkAt path: String) throws(SystemError) {
        var status = stat()
        try self.init(lstat(path, &status), status, path)
    }

    private init(_ result: Int32, _ status: stat, _ path: String) throws(SystemError) {
        guard result == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw SystemError("stat", path: path) }
            self = .missing
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .regular
        case S_IFDIR: self = .directory
        case S_IFLNK: self = .link
        default: self = .other
        }
    }
}
