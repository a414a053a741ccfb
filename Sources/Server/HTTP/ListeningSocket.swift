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

    /// Connections the kernel holds until they are accepted.
    static let backlog: Int32 = 128

    /// Listens; a Unix socket appears at its path complete or not at all.
    init(_ address: ListenAddress, options: ListenOptions) throws(ListenError) {
        switch address {
        case .unix(let path, _):
            let path = try UnixPath(path)
            (descriptor, file) = try path.listen(group: options.group)
            port = nil
            self.path = path
        case .tcp(let host, let port):
            guard options.allowsRemote || SocketAddress.isLoopback(host) else {
                throw .remote(host)
            }
            (descriptor, self.port) = try Self.listen(host: host, port: port)
            (path, file) = (nil, nil)
        case .systemd: throw .systemd
        }
    }

    /// Takes the socket's name away, if it is still ours.
    func withdraw() {
        if let path, let file { path.remove(file) }
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

/// What the operator allows of the listeners.
struct ListenOptions: Sendable {
    /// The group of SWITCHYARD_API_GROUP, whose members may connect and operate.
    var group: gid_t?
    /// Whether TCP may listen where other hosts can reach it.
    var allowsRemote = false
    /// Names, with a port or without, that Host and Origin may have besides the listener's own.
    var hosts: Set<String> = []
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
                + "listen on a loopback address with a proxy in front"
        case .systemd: "systemd: sockets of systemd are not supported yet"
        case .system(let error): "\(error)"
        }
    }
}
