import Crypto
import FoundationEssentials
import Glibc

/// Reads files that others write, so that no link, pipe, device or huge file can do harm.
package enum ForeignFile {
    /// The content and identity of a regular file of at most `limit` bytes.
    ///
    /// Never follows a link in the last component and never blocks on a pipe. A file that changes
    /// while it is read is read again.
    package static func read(_ path: String, limit: Int) throws(ForeignFileError) -> FileReading {
        let file = try open(path)
        for _ in 0..<3 {
            let before = try status(of: file, path: path)
            guard before.st_size <= limit else { throw .tooLarge(Int64(before.st_size)) }
            let bytes = try content(of: file, path: path, limit: limit)
            let after = try status(of: file, path: path)
            if before.isSame(as: after), bytes.count == Int(after.st_size) {
                return FileReading(
                    bytes: bytes, identity: FileIdentity(after, digest: SHA256.hash(data: bytes)))
            }
        }
        throw .changing
    }

    /// What is there now of a file that grows all the time, `limit` bytes at most.
    package static func readPrefix(_ path: String, limit: Int) throws(ForeignFileError) -> [UInt8] {
        let file = try open(path)
        _ = try status(of: file, path: path)
        return Array(try content(of: file, path: path, limit: limit).prefix(limit))
    }

    static func open(_ path: String) throws(ForeignFileError) -> Descriptor {
        let number = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR: throw .absent
            case ELOOP: throw .notRegular("a symbolic link")
            case ENXIO: throw .notRegular("a socket or device")
            default: throw .system(SystemError("open", path: path))
            }
        }
        return Descriptor(owning: number)
    }

    static func status(of file: Descriptor, path: String) throws(ForeignFileError) -> stat {
        var status = stat()
        guard fstat(file.number, &status) == 0 else {
            throw .system(SystemError("fstat", path: path))
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return status
        case S_IFDIR: throw .notRegular("a folder")
        case S_IFIFO: throw .notRegular("a named pipe")
        case S_IFSOCK: throw .notRegular("a socket")
        default: throw .notRegular("a device")
        }
    }

    /// Up to one buffer more than the limit, which tells a file that has grown beyond it.
    private static func content(
        of file: Descriptor, path: String, limit: Int
    ) throws(ForeignFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while bytes.count <= limit {
            let count = pread(file.number, &buffer, buffer.count, off_t(bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(SystemError("read", path: path)) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}

/// What one look at a foreign file gave.
package struct FileReading: Sendable, Equatable {
    package let bytes: [UInt8]
    package let identity: FileIdentity
}

/// What tells whether a file is the one seen before: no clocks are compared, only sameness.
package struct FileIdentity: Sendable, Hashable, Codable {
    package let device: UInt64
    package let inode: UInt64
    package let size: Int64
    /// Nanoseconds since the epoch.
    package let modified: Int64
    package let changed: Int64
    /// Lower-case hex.
    package let sha256: String

    init(_ status: stat, digest: SHA256.Digest) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = status.st_mtim.nanoseconds
        changed = status.st_ctim.nanoseconds
        sha256 = digest.hex
    }
}

/// Why a foreign file could not be read.
package enum ForeignFileError: Error, Equatable, CustomStringConvertible {
    case absent
    /// What it is instead of a file.
    case notRegular(String)
    /// Bytes.
    case tooLarge(Int64)
    /// It changed during each of three reads.
    case changing
    case system(SystemError)

    package var description: String {
        switch self {
        case .absent: "it does not exist"
        case .notRegular(let kind): "it is \(kind), not a regular file"
        case .tooLarge(let size): "it is too large (\(size) bytes)"
        case .changing: "it changes all the time"
        case .system(let error): "\(error)"
        }
    }
}

extension stat {
    fileprivate func isSame(as other: stat) -> Bool {
        st_size == other.st_size && st_mtim.nanoseconds == other.st_mtim.nanoseconds
            && st_ctim.nanoseconds == other.st_ctim.nanoseconds
    }
}

extension timespec {
    package var nanoseconds: Int64 { Int64(tv_sec) * 1_000_000_000 + Int64(tv_nsec) }
    package var date: Date { Date(timeIntervalSince1970: Double(tv_sec) + Double(tv_nsec) / 1e9) }
}

extension Sequence where Element == UInt8 {
    /// Lower-case hex digits, as `sha256sum` prints.
    package var hex: String {
        var result = ""
        for byte in self {
            let digits = String(byte, radix: 16)
            result += digits.count == 1 ? "0" + digits : digits
        }
        return result
    }
}
