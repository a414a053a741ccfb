import API
import Glibc
import Logging
import Supervisor
import Synchronization

/// The API's server, kept alive for itself: whatever becomes of it, the node goes on.
final class ControlPlane: Sendable {
    private let addresses: [ListenAddress]
    private let options: ListenOptions
    private let router: Router
    let loop: EventLoop
    private let log: Logger
    private let server = Mutex<HTTPServer?>(nil)
    private let stopping: Signal
    private let isStopping = Atomic(false)

    /// - Parameters:
    ///   - addresses: `systemd` stands for all sockets that were handed over.
    ///   - group: its members may use the Unix socket; a name that is not known is said.
    init(
        addresses: [ListenAddress], group: String?, handover: Handover, board: StatusBoard,
        loop: EventLoop, log: Logger
    ) {
        self.addresses = addresses.flatMap { address in
            address == .systemd && !handover.activated.isEmpty
                ? handover.activated.map(ListenAddress.activated) : [address]
        }
        router = Router(board: board)
        self.loop = loop
        stopping = Signal(on: loop)
        self.log = log
        var options = ListenOptions()
        if let group {
            options.group = getgrnam(group)?.pointee.gr_gid
            if options.group == nil {
                log.warning("SWITCHYARD_API_GROUP names no group", metadata: ["group": "\(group)"])
            }
        }
        options.handover = handover
        self.options = options
        handover.tellWhatIsUnused(by: addresses, to: log)
    }

    /// Binds once before the node is started, so that clients find the socket from the beginning.
    func bind() {
        do throws(ListenError) {
            let bound = try HTTPServer(
                addresses, options: options, router: router, loop: loop, log: log)
            server.withLock { $0 = bound }
            for name in options.handover.kept.closeRest() { options.handover.drop(name) }
        } catch {
            log.warning(
                "the API cannot listen; the node runs without it, and it is tried again",
                metadata: ["error": "\(error)"])
        }
    }

    /// Serves until stopped.
    func run() async {
        while !isStopping.load(ordering: .acquiring) {
            if let server = server.withLock({ $0 }) { return await server.run() }
            _ = await stopping.wait(until: .now + .seconds(5))
            bind()
        }
    }

    /// Begins to stop; `run` returns when the requests in hand are answered, within 2 s.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        stopping.raise()
        server.withLock { $0 }?.stop(within: .seconds(2))
    }
}

extension Handover {
    /// Sockets that were handed over and that nobody serves would let clients wait for ever.
    fileprivate func tellWhatIsUnused(by addresses: [ListenAddress], to log: Logger) {
        for name in strangers {
            log.warning(
                "a descriptor of systemd is not used: FileDescriptorName= must be api or api-token",
                metadata: ["name": "\(escaped(name))"])
        }
        guard !addresses.contains(.systemd) else { return }
        for socket in activated {
            log.warning(
                "a socket of systemd is not used: SWITCHYARD_LISTEN has no item \"systemd\"",
                metadata: ["name": "\(socket.name)"])
        }
    }
}
