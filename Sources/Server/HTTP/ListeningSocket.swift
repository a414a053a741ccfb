import CLinux
import Glibc
import Supervisor

/// A socket that listens, and what has to be undone when it no longer does.
struct ListeningSocket: Sendable {
    let descriptor: Descriptor
    /// The port that was bound; nil for a Unix socket.
    let port: UInt16?
    private let path: UnixPath?
    private let file: FileIdentity?
    /// Its name in systemd's store; nil when it is not kept there.
    private let keptAs: String?
    /// Others hold it too: it must not be shut down, nor its name be taken away.
    private let isShared: Bool

    /// Connections the kernel holds until they are accepted.
    static let backlog: Int32 = 1024

    /// Listens; a Unix socket appears at its path complete or not at all.
    ///
    /// A socket that an earlier run left in systemd's store is taken up again, so that nobody who
    /// connected meanwhile is turned away.
    init(_ address: ListenAddress, options: ListenOptions) throws(ListenError) {
        let handover = options.handover
        switch address {
        case .unix(let path, let callers):
            let path = try UnixPath(path)
            let audience = Audience(callers, group: options.group)
            if let (descriptor, file) = path.kept(by: handover) {
                self.descriptor = descriptor
                self.file = file
                try path.admit(audience)
            } else {
                (descriptor, file) = try path.listen(for: audience)
            }
            port = nil
            self.path = path
            keptAs = file.map(KeptName.listener)
        case .tcp(let host, let port):
            guard options.allowsRemote || SocketAddress.isLoopback(host) else {
                throw .remote(host)
            }
            let name = KeptName.listener(host: host, port: port)
            if port != 0, let kept = handover.kept.take(name) {
                (descriptor, self.port) = (kept, port)
            } else {
                (descriptor, self.port) = try Self.listen(host: host, port: port)
            }
            keptAs = port == 0 ? nil : name
            (path, file) = (nil, nil)
        case .activated(let socket):
            descriptor = try Self.copy(socket)
            port = socket.isUnix ? nil : Self.boundPort(of: descriptor)
            (path, file, keptAs) = (nil, nil, nil)
        case .systemd: throw .systemd
        }
        if let keptAs, handover.isKeeping { handover.keep(descriptor, keptAs) }
        isShared = (keptAs != nil && handover.isKeeping) || address.isActivated
    }

    /// Takes the socket's name away, if it is still ours and nobody will listen there again.
    func withdraw() {
        if let path, let file, !isShared { path.remove(file) }
    }

    /// Gives up a socket that is of no more use, so that another can take its place.
    func abandon(_ options: ListenOptions) {
        if let path, let file { path.remove(file) }
        if let keptAs, options.handover.isKeeping { options.handover.drop(keptAs) }
    }

    /// Ends whoever waits for a connection; a shared socket goes on listening for our next run.
    func endWait(on loop: EventLoop) {
        if isShared {
            loop.forget(descriptor.number)
        } else {
            shutdown(descriptor.number, Int32(SHUT_RDWR))
        }
    }

    /// A copy, so that the one systemd gave us outlives a listener that is made anew.
    private static func copy(_ socket: Handover.Activated) throws(ListenError) -> Descriptor {
        do throws(SystemError) {
            return try Descriptor(fcntl(socket.number, F_DUPFD_CLOEXEC, 3), call: "dup")
        } catch {
            throw .system(error)
        }
    }

    private static func listen(
        host: String, port: UInt16
    ) throws(ListenError) -> (Descriptor, UInt16) {
        guard let address = SocketAddress(host: host, port: port) else { throw .remote(host) }
        do throws(SystemError) {
            let name = "tcp:\(host):\(port)"
            let socket = try Descriptor(
                socket(address.family, streamSocketType, 0), call: "socket", path: name)
            var one: Int32 = 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            setsockopt(socket.number, SOL_SOCKET, SO_REUSEADDR, &one, size)
            if address.family == AF_INET6 {
                setsockopt(socket.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, size)
            }
            guard address.call({ bind(socket.number, $0, $1) }) == 0 else {
                throw SystemError("bind", path: name)
            }
            guard Glibc.listen(socket.number, backlog) == 0 else {
                throw SystemError("listen", path: name)
            }
            return (socket, boundPort(of: socket))
        } catch {
            throw .system(error)
        }
    }

    private static func boundPort(of socket: Descriptor) -> UInt16 {
        // The port is at the same place for both families.
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket.number, $0, &length)
            }
        }
        return UInt16(bigEndian: address.sin6_port)
    }
}

/// The kind of every stream socket here: never blocks, never inherited by a child.
let streamSocketType = Int32(
    SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)

/// SOCK_STREAM, for files where another module's headers hide it.
let streamSocketKind = Int32(SOCK_STREAM.rawValue)

/// What the operator allows of the listeners.
struct ListenOptions: Sendable {
    /// The group of SWITCHYARD_API_GROUP, whose members may connect and operate.
    var group: gid_t?
    /// Whether TCP may listen where other hosts can reach it.
    var allowsRemote = false
    /// What systemd carried over from our last run.
    var handover = Handover.none
    /// What Host and Origin may be besides the listener's own names.
    var hosts = AllowedHosts.none
    /// The tokens that callers may show.
    var tokens = TokenBook.empty
    var users = UserNames()
}

extension ListenAddress {
    fileprivate var isActivated: Bool {
        guard case .activated = self else { return false }
        return true
    }
}

/// Why a listener cannot be had.
enum ListenError: Error, Equatable, CustomStringConvertible {
    /// Somebody answers on that path.
    case inUse(String)
    case notASocket(String)
    case nameTooLong(String)
    case remote(String)
    case systemd
    case system(SystemError)

    var description: String {
        switch self {
        case .inUse(let path): "\(path) is in use: another process listens there"
        case .notASocket(let path): "\(path) exists and is not a socket; it is left alone"
        case .nameTooLong(let path): "\(path): the file name is too long for a socket"
        case .remote(let host):
            "tcp:\(host) could be reached by other hosts, and the API has no TLS of its own; "
                + "listen on a loopback address with a proxy in front, or set "
                + "SWITCHYARD_ALLOW_REMOTE=true"
        case .systemd:
            "systemd: no socket named api or api-token was handed over; see that the .socket unit "
                + "is active and has FileDescriptorName=api"
        case .system(let error): "\(error)"
        }
    }
}
