import API
import Glibc
import Logging
import Supervisor
import Synchronization

/// The API's server, kept alive for itself: whatever becomes of it, the node goes on.
///
/// It turns on a loop of its own. When that hangs, another takes its place with the same sockets.
final class ControlPlane: Sendable {
    private struct Present {
        let loop: EventLoop
        /// Nil until all addresses could be had.
        var server: HTTPServer?
    }

    private let addresses: [ListenAddress]
    private let options: ListenOptions
    private let router: Router
    private let counters: HTTPCounters
    private let board: StatusBoard
    private let control: EventLoop
    private let log: Logger
    private let present: Locked<Present>
    private let stopping: Signal
    private let ended: Signal
    private let isStopping = Atomic(false)

    /// How often the loop is asked for a sign of life, and how long it may take to give one.
    private static let pace = Duration.seconds(10)
    private static let patience = Duration.seconds(10)
    /// Where there is not processor time for all, the node and its upgrade go first.
    private static let niceness: Int32 = 5
    /// Between turns, while the node is on its way from one daemon to the next.
    private static let pause = Duration.milliseconds(2)

    /// - Parameters:
    ///   - addresses: `systemd` stands for all sockets that were handed over.
    ///   - options: with what systemd handed over.
    ///   - control: the control loop, which minds the other.
    /// - Throws: `SystemError` when no event loop is to be had.
    init(
        addresses: [ListenAddress], options: ListenOptions, board: StatusBoard,
        router: Router, counters: HTTPCounters, control: EventLoop, log: Logger
    ) throws(SystemError) {
        let handover = options.handover
        self.addresses = addresses.flatMap { address in
            address == .systemd && !handover.activated.isEmpty
                ? handover.activated.map(ListenAddress.activated) : [address]
        }
        self.router = router
        self.counters = counters
        self.board = board
        self.control = control
        present = Locked(Present(loop: try Self.startedLoop(for: board)))
        stopping = Signal(on: control)
        ended = Signal(on: control)
        self.log = log
        self.options = options
        handover.tellWhatIsUnused(by: addresses, to: log)
    }

    /// What may be made to hang, to see that it is noticed.
    var loop: EventLoop { present.withLock(\.loop) }

    /// Binds once before the node is started, so that clients find the socket from the beginning.
    func bind() {
        do throws(ListenError) {
            let bound = try HTTPServer(
                addresses, options: options, router: router, loop: loop, counters: counters,
                log: log)
            present.withLock { $0.server = bound }
            for name in options.handover.kept.closeRest() { options.handover.drop(name) }
        } catch {
            log.warning(
                "the API cannot listen; the node runs without it, and it is tried again",
                metadata: ["error": "\(error)"])
        }
    }

    /// Serves until stopped; it never returns while a loop that was replaced still hangs.
    func run() async {
        await withDiscardingTaskGroup { group in
            while !isStopping.load(ordering: .acquiring) {
                let present = present.withLock(\.self)
                guard let server = present.server else {
                    _ = await stopping.wait(until: .now + .seconds(5))
                    bind()
                    continue
                }
                group.addTask(executorPreference: present.loop) { [ended] in
                    await server.run()
                    ended.raise()
                }
                guard await hangs(present.loop) else { return }
                replace(server)
            }
        }
    }

    /// Begins to stop: requests in hand are answered within 2 s.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        stopping.raise()
        present.withLock(\.server)?.stop(within: .seconds(2))
    }

    /// Waits until the server has ended, and a little longer than `stop` gives it at most.
    func settle() async {
        guard present.withLock(\.server) != nil else { return }
        _ = await ended.wait(until: .now + .seconds(3))
    }

    private static func startedLoop(for board: StatusBoard) throws(SystemError) -> EventLoop {
        let loop = try EventLoop(name: "sy-http")
        loop.start(niceness: niceness) { board.isStarting ? pause : .zero }
        return loop
    }

    /// Returns true once the loop gives no sign of life, and false when we are to stop.
    private func hangs(_ loop: EventLoop) async -> Bool {
        while await stopping.wait(until: .now + Self.pace) == .timedOut {
            let answer = await answer(of: loop)
            if answer != .ready { return answer == .timedOut }
        }
        return false
    }

    private func answer(of loop: EventLoop) async -> EventLoop.Wake {
        let sign = Signal(on: control)
        loop.perform { sign.raise() }
        let wake = await sign.wait(until: .now + Self.patience)
        // Once more, for after a sleep of the machine all deadlines are over at once.
        return wake == .timedOut ? await sign.wait(until: .now + .seconds(1)) : wake
    }

    private func replace(_ server: HTTPServer) {
        do throws(SystemError) {
            let loop = try Self.startedLoop(for: board)
            let replacement = HTTPServer(replacing: server, loop: loop)
            present.withLock { $0 = Present(loop: loop, server: replacement) }
            board.countReplacedAPI()
            log.warning("the API's loop hangs; another has taken its place")
        } catch {
            log.warning(
                "the API's loop hangs and no other is to be had", metadata: ["error": "\(error)"])
        }
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
