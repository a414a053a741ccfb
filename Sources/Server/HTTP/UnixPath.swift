import CLinux
import Glibc
import Supervisor

/// A place in a directory where a Unix socket shall be.
///
/// The directory stays open, so that paths longer than `sun_path` work by way of /proc.
struct UnixPath: Sendable {
    private let path: String
    private let name: String
    private let directory: Descriptor

    /// O_PATH of open(2): a folder that may be passed and not read, such as the one of a socket of
    /// a group's, will do.
    private static let asPlace: Int32 = 0o1000_0000

    init(_ path: String) throws(ListenError) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let parent = slash == path.startIndex ? "/" : String(path[..<slash])
        self.path = path
        name = String(path[slash...].dropFirst())
        do throws(SystemError) {
            directory = try Descriptor(
                open(parent, Self.asPlace | O_DIRECTORY | O_CLOEXEC), call: "open", path: parent)
        } catch {
            throw .system(error)
        }
    }

    /// Listens on a new socket and then gives it its name, over a stale one if need be.
    ///
    /// Owner and mode are right before the first client can connect.
    func listen(for audience: Audience) throws(ListenError) -> (Descriptor, FileIdentity?) {
        try refuseIfTaken(name)
        let aside = name + ".new"
        try refuseIfTaken(aside)
        unlinkat(directory.number, aside, 0)
        let address = try address(of: aside)
        do throws(SystemError) {
            let socket = try Descriptor(
                socket(AF_UNIX, streamSocketType, 0), call: "socket", path: path)
            try check(address.call { bind(socket.number, $0, $1) }, "bind")
            try admit(aside, audience)
            try check(Glibc.listen(socket.number, ListeningSocket.backlog), "listen")
            let file = identity(of: aside)
            try check(renameat(directory.number, aside, directory.number, name), "rename")
            return (socket, file)
        } catch {
            unlinkat(directory.number, aside, 0)
            throw .system(error)
        }
    }

    /// Connects to who listens there; blocks for seconds at most, where the queue is full.
    func dial() throws(ListenError) -> Descriptor {
        let address = try address(of: name)
        do throws(SystemError) {
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            let socket = try Descriptor(socket(AF_UNIX, kind, 0), call: "socket", path: path)
            var limit = timeval(tv_sec: 5, tv_usec: 0)
            let size = socklen_t(MemoryLayout<timeval>.size)
            setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
            try check(address.call { connect(socket.number, $0, $1) }, "connect")
            try check(fcntl(socket.number, F_SETFL, O_NONBLOCK), "fcntl")
            return socket
        } catch {
            throw .system(error)
        }
    }

    /// The socket that this name leads to, if an earlier run of ours kept it with systemd.
    func kept(by handover: Handover) -> (Descriptor, FileIdentity)? {
        guard let file = identity(of: name),
            let descriptor = handover.kept.take(KeptName.listener(file))
        else { return nil }
        return (descriptor, file)
    }

    /// Lets the audience in, and nobody else.
    func admit(_ audience: Audience) throws(ListenError) {
        do throws(SystemError) {
            try admit(name, audience)
        } catch {
            throw .system(error)
        }
    }

    /// Unlinks the name if it still is the file that `listen` made.
    func remove(_ file: FileIdentity) {
        guard identity(of: name) == file else { return }
        unlinkat(directory.number, name, 0)
    }
}

/// Who may connect to a Unix socket; root may always.
enum Audience {
    case owner
    /// And the owner.
    case group(gid_t)
    case everyone

    /// Where a token is asked for, who connects does not matter: no more than on loopback, and a proxy
    /// needs no group that would let it do more elsewhere.
    init(_ callers: ListenAddress.Callers, group: gid_t?) {
        switch callers {
        case .token: self = .everyone
        case .peer: self = group.map(Audience.group) ?? .owner
        }
    }

    fileprivate var mode: mode_t {
        switch self {
        case .owner: 0o600
        case .group: 0o660
        case .everyone: 0o666
        }
    }
}

/// Which file it is, whatever its name.
struct FileIdentity: Equatable, Sendable {
    let device: dev_t
    let inode: ino_t
}

extension UnixPath {
    private func identity(of name: String) -> FileIdentity? {
        var info = stat()
        guard fstatat(directory.number, name, &info, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return FileIdentity(device: info.st_dev, inode: info.st_ino)
    }

    /// Only a socket that refuses connections is stale; anything else is somebody's.
    private func refuseIfTaken(_ name: String) throws(ListenError) {
        var info = stat()
        guard fstatat(directory.number, name, &info, AT_SYMLINK_NOFOLLOW) == 0 else { return }
        guard info.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path) }
        let address = try address(of: name)
        let probe = Descriptor(owning: socket(AF_UNIX, streamSocketType, 0))
        let answers = address.call { connect(probe.number, $0, $1) } == 0 || errno == EAGAIN
        guard !answers else { throw .inUse(path) }
    }

    private func admit(_ name: String, _ audience: Audience) throws(SystemError) {
        if case .group(let group) = audience {
            try check(
                fchownat(directory.number, name, uid_t.max, group, AT_SYMLINK_NOFOLLOW), "chown")
        }
        try check(fchmodat(directory.number, name, audience.mode, 0), "chmod")
    }

    private func address(of name: String) throws(ListenError) -> SocketAddress {
        let whole = path.dropLast(self.name.count) + name
        if let address = SocketAddress(path: String(whole)) { return address }
        let byDescriptor = "/proc/self/fd/\(directory.number)/\(name)"
        guard let address = SocketAddress(path: byDescriptor) else { throw .nameTooLong(path) }
        return address
    }

    private func check(_ result: Int32, _ call: String) throws(SystemError) {
        guard result == 0 else { throw SystemError(call, path: path) }
    }
}
