import CLinux
import Glibc
import Supervisor

/// The socket at which a command finds the supervisor of its home.
struct ControlSocket: Sendable {
    let path: String
    /// Whose word counts as the supervisor's.
    private let servers: Set<uid_t>

    /// Takes the first listener that knows its callers by their credentials.
    init(_ configuration: Configuration) throws(ControlError) {
        // What is wrong with an item is the supervisor's to say, when it is to listen there.
        let addresses = configuration.listen.compactMap { try? ListenAddress($0) }
        let paths = addresses.compactMap { address in
            if case .unix(let path, .peer) = address { path } else { nil }
        }
        guard let path = paths.first else { throw .noSocket(listen: configuration.listen) }
        self.path = path
        servers = Set([0, geteuid(), configuration.homeOwner].compactMap(\.self))
    }

    /// Connects, and makes sure of who listens before anything is said.
    func connect() throws(ControlError) -> Descriptor {
        let socket: Descriptor
        do throws(ListenError) {
            socket = try UnixPath(path).dial()
        } catch {
            throw failure(error)
        }
        var user = uid_t.max
        var group = gid_t.max
        // Of a listener's credentials the kernel tells those of the time of listen(2).
        guard clinux_peer(socket.number, &user, &group) == 0, servers.contains(user) else {
            throw .stranger(socket: path, uid: user)
        }
        return socket
    }

    private func failure(_ error: ListenError) -> ControlError {
        guard case .system(let error) = error else {
            return .unreachable(
                socket: path, SystemError("connect", path: path, code: ENAMETOOLONG))
        }
        return switch error.code {
        case ENOENT, ENOTDIR, ECONNREFUSED: .notRunning(socket: path)
        case EACCES, EPERM: .forbidden(socket: path)
        default: .unreachable(socket: path, error)
        }
    }
}
