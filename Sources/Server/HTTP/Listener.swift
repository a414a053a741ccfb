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
    let counters: HTTPCounters
    let log: Logger

    /// Before a socket that failed is made anew, and before it is accepted again without
    /// descriptors.
    private static let restartPause = Duration.seconds(1)
    private static let exhaustionPause = Duration.milliseconds(100)
    /// Connections taken before those that are there have their turn.
    private static let turn = 16
    /// Between two warnings of the latter, which may go on for long.
    private static let warningPause = Duration.seconds(60)

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
                socket = nil
                guard let failure, goesOn else {
                    if !table.isRetired { current.withdraw() }
                    continue
                }
                current.abandon(options)
                warn("listener failed", failure)
            }
            socket?.withdraw()
        }
    }

    /// The same listener on another loop, with no connections yet.
    func moved(to loop: EventLoop) -> Listener {
        Listener(
            address: address, options: options, router: router, loop: loop, limits: limits,
            table: table.successor(on: loop), counters: counters, log: log)
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
        table.listens { socket.endWait(on: loop) }
        var nextWarning = Instant.now
        var accepted = 0
        while goesOn {
            let number = clinux_accept(socket.descriptor.number)
            if number >= 0 {
                serve(Descriptor(owning: number), port: socket.port, in: &group)
                accepted += 1
                if accepted % Self.turn == 0 { await Task.yield() }
                continue
            }
            switch AcceptFailure(-number) {
            case .nobody:
                _ = await loop.wait(
                    for: .read, on: socket.descriptor.number, unless: { table.isStopping })
            case .thatClient: continue
            case .exhausted(let error):
                if .now >= nextWarning {
                    warn("no descriptors for new connections", error)
                    nextWarning = .now + Self.warningPause
                }
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
        if port != nil { sendAtOnce(on: descriptor) }
        let gate = options.gate(for: descriptor, of: address, port: port)
        let channel = Channel(descriptor: descriptor, loop: loop)
        group.addTask(executorPreference: loop) { [router, limits, counters, kind = address.kind] in
            var connection = Connection(
                channel, kind: kind, gate: gate, router: router, limits: limits, ticket: ticket,
                counters: counters)
            await connection.serve()
        }
    }

    private func sendAtOnce(on descriptor: Descriptor) {
        var one: Int32 = 1
        setsockopt(
            descriptor.number, Int32(IPPROTO_TCP), TCP_NODELAY, &one,
            socklen_t(MemoryLayout<Int32>.size))
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
