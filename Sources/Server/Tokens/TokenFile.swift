import Glibc
import Supervisor

/// A place where tokens are, and who may have written there.
struct TokenFile: Sendable, Equatable {
    let path: String
    /// Root's files always count, too.
    let owners: [uid_t]
    /// Somebody named it, so that its absence is worth a word.
    let isExpected: Bool

    /// Some five thousand tokens.
    private static let limit = 1 << 20

    /// What tells whether the file is the one that was read.
    struct Stamp: Equatable, Sendable {
        fileprivate let device: UInt64
        fileprivate let inode: UInt64
        fileprivate let size: Int64
        fileprivate let modified: Int64
        /// Nanoseconds since the epoch.
        fileprivate let changed: Int64
        fileprivate let mode: mode_t
        fileprivate let owner: uid_t

        func isOlder(than age: Duration) -> Bool {
            Duration.nanoseconds(nanoseconds(WallTime.now) - changed) > age
        }
    }

    /// Looks at it without opening it.
    func stamp() throws(TokenFileError) -> Stamp {
        var info = stat()
        guard lstat(path, &info) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw .unreadable(path, .system(SystemError("stat", path: path)))
            }
            throw .unreadable(path, .absent)
        }
        return Stamp(
            device: UInt64(info.st_dev), inode: UInt64(info.st_ino), size: Int64(info.st_size),
            modified: nanoseconds(info.st_mtim), changed: nanoseconds(info.st_ctim),
            mode: info.st_mode, owner: info.st_uid)
    }

    /// - Throws: when it is no regular file, too large, or others than its owners could have
    ///   written it or can read it.
    func read() throws(TokenFileError) -> (list: TokenList, stamp: Stamp) {
        for _ in 0..<3 {
            let stamp = try stamp()
            let reading: FileReading
            do throws(ForeignFileError) {
                reading = try ForeignFile.read(path, limit: Self.limit)
            } catch {
                throw .unreadable(path, error)
            }
            let identity = reading.identity
            // Mode and owner are those of the bytes that were read: changing them changes ctime.
            if identity.device == stamp.device, identity.inode == stamp.inode,
                identity.changed == stamp.changed
            {
                try check(stamp)
                return (TokenList(reading.bytes), stamp)
            }
        }
        throw .unreadable(path, .changing)
    }

    /// A file of root's may be read by one group, for root cannot give it to the supervisor's user
    /// otherwise without giving it away; systemd's credentials are such, too.
    private func check(_ stamp: Stamp) throws(TokenFileError) {
        guard stamp.owner == 0 || owners.contains(stamp.owner) else {
            throw .owner(path, stamp.owner)
        }
        guard stamp.mode & (stamp.owner == 0 ? 0o037 : 0o077) == 0 else {
            throw .mode(path, stamp.mode & 0o7777)
        }
    }
}

/// Why a tokens file does not count.
enum TokenFileError: Error, Equatable, CustomStringConvertible {
    case unreadable(String, ForeignFileError)
    case owner(String, uid_t)
    case mode(String, mode_t)

    var isAbsence: Bool {
        if case .unreadable(_, .absent) = self { true } else { false }
    }

    var description: String {
        switch self {
        case .unreadable(_, .system(let error)): "\(error)"
        case .unreadable(let path, let error): "\(path): \(error)"
        case .owner(let path, let owner):
            "\(path) belongs to uid \(owner); it must be root's or the node's user's"
        case .mode(let path, let mode):
            "\(path) has mode \(String(mode, radix: 8)), so that others can read or write it; "
                + "`chmod 600 \(path)` mends it"
        }
    }
}

/// Since the epoch.
private func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
