import API
import Logging
import Supervisor

/// The control plane's sockets: bound from its beginning, served while it runs.
///
/// All of it happens on one event loop, which must be another than the supervisor's.
struct HTTPServer: Sendable {
    private let listeners: [(listener: Listener, socket: ListeningSocket)]
    private let loop: EventLoop
    private let stops: AsyncStream<Instant>
    private let stopper: AsyncStream<Instant>.Continuation

    /// Binds and listens, so that what is wrong shows before a daemon is started.
    ///
    /// Clients may connect from now on; they are answered once `run` is called.
    /// - Throws: For the first address that cannot be had; the others are given up again.
    init(
        _ addresses: [ListenAddress], options: ListenOptions = ListenOptions(), router: Router,
        loop: EventLoop, limits: HTTPLimits = HTTPLimits(), counters: HTTPCounters, log: Logger
    ) throws(ListenError) {
        let share = limits.connections(
            for: addresses.count, descriptors: DescriptorLimit.current)
        var listeners: [(listener: Listener, socket: ListeningSocket)] = []
        do throws(ListenError) {
            for address in addresses {
                let listener = Listener(
                    address: address, options: options, router: router, loop: loop,
                    limits: limits,
                    table: ConnectionTable(
                        limit: share, kind: address.kind, loop: loop, counters: counters),
                    counters: counters, log: log)
                listeners.append((listener, try ListeningSocket(address, options: options)))
            }
        } catch {
            for (_, socket) in listeners { socket.abandon(options) }
            throw error
        }
        self.listeners = listeners
        self.loop = loop
        (stops, stopper) = AsyncStream.makeStream()
    }

    /// Takes the place of a server whose loop hangs, with the same sockets; those who are connected
    /// to that one are lost.
    init(replacing other: HTTPServer, loop: EventLoop) {
        listeners = other.listeners.map { listener, socket in
            listener.table.retire()
            return (listener.moved(to: loop), socket)
        }
        self.loop = loop
        (stops, stopper) = AsyncStream.makeStream()
    }

    /// The TCP ports that were bound, in the order of the addresses.
    var ports: [UInt16] { listeners.compactMap(\.socket.port) }

    /// Serves until `stop` has been called and its work is done, or the task is cancelled.
    ///
    /// Cancellation ends every connection where it is.
    func run() async {
        await withTaskGroup { group in
            group.addTask(executorPreference: loop) { await cutOffWhenTold() }
            guard !listeners.isEmpty else { return }
            group.addTask(executorPreference: loop) {
                await withDiscardingTaskGroup { group in
                    for (listener, socket) in listeners {
                        group.addTask(executorPreference: loop) { await listener.run(socket) }
                    }
                }
            }
            // The listeners end when the last connection has; there is nothing to cut off then.
            await group.next()
            group.cancelAll()
        }
    }

    private func cutOffWhenTold() async {
        for await deadline in stops {
            for (listener, _) in listeners { listener.table.stop() }
            guard await loop.wait(until: deadline) == .timedOut else { return }
            for (listener, _) in listeners { listener.table.cutOff() }
            return
        }
    }

    /// Begins to stop: no new connections, idle ones end, requests in hand are answered.
    ///
    /// Returns at once; `run` returns when the last connection has ended, or is cut off after the
    /// grace.
    func stop(within grace: Duration) {
        stopper.yield(.now + grace)
    }
}
