import API
import CLinux
import Glibc
import Logging
import Supervisor

/// Accepts the connections of one address and serves each in a task of its own.
struct Listener: Sendable {
    let address: ListenAddress
    let options: ListenOptions
    let router: Router
    let loop: EventLoop
    let limits: HTTPLimits
    let table: ConnectionTable
    let log: Logger

    /// Before a socket that failed is made anew, and before it is accepted again without
    /// descriptors.
    private static let restartPause = Duration.seconds(1)
    private static let exhaustionPause = Duration.milliseconds(100)

    /// Serves until the table is told to stop or the task is cancelled, and all have left.
    ///
    /// A socket that fails is made anew in its place.
    func run(_ first: ListeningSocket) async {
        await withDiscardingTaskGroup { group in
            var socket: ListeningSocket? = first
            while goesOn {
                guard let current = socket else {
                    _ = await loop.wait(until: .now + Self.restartPause)
                    socket = goesOn ? remade() : nil
                    continue
                }
                let failure = await accept(on: current, into: &group)
                current.withdraw()
                socket = nil
                if let failure, goesOn { warn("listener failed", failure) }
            }
            socket?.withdraw()
        }
    }

    private var goesOn: Bool { !table.isStopping && !Task.isCancelled }

    private func remade() -> ListeningSocket? {
        do throws(ListenError) {
            return try ListeningSocket(address, options: options)
        } catch {
            warn("listener not restarted", error)
            return nil
        }
    }

    /// - Returns: Why the socket is of no more use; nil when the listener is to stop.
    private func accept(
        on socket: ListeningSocket, into group: inout DiscardingTaskGroup
    ) async -> SystemError? {
        table.listens(on: socket.descriptor)
        var isExhausted = false
        while goesOn {
            let number = accept4(
                socket.descriptor.number, __SOCKADDR_ARG(__sockaddr__: nil), nil,
                Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
            if number >= 0 {
                isExhausted = false
                serve(Descriptor(owning: number), port: socket.port, in: &group)
                continue
            }
            switch AcceptFailure(errno) {
            case .nobody: _ = await loop.wait(for: .read, on: socket.descriptor.number)
            case .thatClient: continue
            case .exhausted(let error):
                if !isExhausted { warn("no descriptors for new connections", error) }
                isExhausted = true
                table.evictIdle()
                _ = await loop.wait(until: .now + Self.exhaustionPause)
            case .socket(let error): return error
            }
        }
        return nil
    }

    private func serve(
        _ descriptor: Descriptor, port: UInt16?, in group: inout DiscardingTaskGroup
    ) {
        // When everyone is at work the newest has to go: it has lost the least.
        guard let ticket = table.enter(descriptor) else { return }
        let gate = gate(for: descriptor, port: port)
        let channel = Channel(descriptor: descriptor, loop: loop)
        group.addTask(executorPreference: loop) { [router, limits] in
            var connection = Connection(
                channel, gate: gate, router: router, limits: limits, ticket: ticket)
            await connection.serve()
        }
    }

    private func gate(for descriptor: Descriptor, port: UInt16?) -> Gate {
        let hosts = HostRule(port: port, allowed: options.hosts)
        switch address {
        case .unix(_, .peer):
            let policy = PeerPolicy(owner: geteuid(), group: options.group)
            return Gate(hosts: hosts, standing: policy.standing(of: descriptor))
        case .unix(_, .token), .systemd: return Gate(hosts: hosts, standing: .byToken)
        case .tcp:
            var one: Int32 = 1
            setsockopt(
                descriptor.number, Int32(IPPROTO_TCP), TCP_NODELAY, &one,
                socklen_t(MemoryLayout<Int32>.size))
            return Gate(hosts: hosts, standing: .byToken)
        }
    }

    private func warn(_ message: Logger.Message, _ error: some CustomStringConvertible) {
        log.warning(
            message, metadata: ["listener": "\(address)", "error": "\(error.description)"])
    }
}

/// What it means that accept4(2) failed.
private enum AcceptFailure {
    case nobody
    /// The one who was to be accepted is gone; also errors of its network, which Linux passes on.
    case thatClient
    case exhausted(SystemError)
    case socket(SystemError)

    init(_ code: Int32) {
        let error = SystemError("accept4", code: code)
        switch code {
        case EAGAIN: self = .nobody
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: self = .exhausted(error)
        case EBADF, EINVAL, ENOTSOCK, EOPNOTSUPP: self = .socket(error)
        default: self = .thatClient
        }
    }
}
