import CSystemd
import Glibc
import Supervisor

/// Tells systemd the truth about us, sd_notify(3); silent when NOTIFY_SOCKET is unset.
///
/// What is told is sent in order from a thread of its own: a service manager that does not read its
/// socket blocks the sender, and that must not be the one who minds the node.
final class Notifier: Sendable {
    private let board: StatusBoard
    private let counters: Counters
    private let loop: EventLoop
    /// Nil when nobody listens.
    private let thread: BlockingPool?
    private let outbox = Outbox()
    private let isEnding = Locked(false)
    /// WatchdogSec= of the unit; nil without.
    private let watchdog: Duration?

    /// How often what must be renewed is renewed, and how long each renewal holds.
    private static let pace = Duration.seconds(5)
    private static let renewal = "EXTEND_TIMEOUT_USEC=15000000"

    /// - Parameter loop: the control loop, so that a hung one feeds no watchdog.
    init(
        board: StatusBoard, counters: Counters, loop: EventLoop, environment: [String: String]
    ) throws(SystemError) {
        self.board = board
        self.counters = counters
        self.loop = loop
        thread = environment["NOTIFY_SOCKET"] == nil ? nil : try BlockingPool(threads: 1)
        watchdog = Self.watchdogTime
    }

    var isHeard: Bool { thread != nil }

    /// Whether systemd expects WATCHDOG=1 of us.
    static var isWatched: Bool { watchdogTime != nil }

    /// How often the parts of the control loop must prove themselves for the watchdog's sake.
    var proofInterval: Duration { watchdog.map { min(Self.pace, $0 / 4) } ?? Self.pace }

    func ready() {
        tell(.state("READY=1\nSTATUS=\(board.status.line)"))
    }

    func reloading() {
        tell(.state("RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicMicroseconds)"))
    }

    /// To be called first thing when we are to end; from then on the time to stop is extended.
    func stopping() {
        isEnding.withLock { $0 = true }
        tell(.state("STOPPING=1\n\(Self.renewal)\nSTATUS=\(board.status.line)"))
    }

    func tell(_ message: Outbox.Message) {
        if isHeard { outbox.add(message) }
    }

    /// Sends, follows the status and feeds the watchdog until cancelled.
    func run() async {
        guard let thread else { return }
        await withTaskGroup { group in
            group.addTask(executorPreference: thread) { await self.outbox.forward(self.send) }
            group.addTask { await self.follow() }
            group.addTask { await self.renew() }
        }
    }

    /// Waits until all was told, for a second at most.
    func settle() async {
        let deadline = Instant.now + .seconds(1)
        while isHeard, !outbox.isEmpty, .now < deadline {
            guard await loop.wait(until: .now + .milliseconds(2)) == .timedOut else { return }
        }
    }

    private func follow() async {
        var last = board.status
        for await status in board.changes() {
            if status.line != last.line { tell(.status(status.line)) }
            if status.takesTime, !last.takesTime { tell(.state(Self.renewal)) }
            last = status
        }
    }

    /// Turns on the control loop: when that hangs, nothing is renewed.
    private func renew() async {
        while await loop.wait(until: .now + proofInterval) == .timedOut {
            if let watchdog, .now - board.lastBeat < watchdog / 2 { tell(.ping) }
            if isEnding.withLock(\.self) || board.status.takesTime {
                tell(.state(Self.renewal))
            }
        }
    }
}

extension Notifier {
    /// Says why we could not begin, on the thread that is about to end the process.
    static func failed(_ failure: CommandFailure) {
        let line = failure.description.split(separator: "\n").joined(separator: "; ")
        sd_notify(0, "STATUS=\(line)\nERRNO=\(failure.code)")
    }

    private func send(_ message: Outbox.Message) {
        // A service manager that cannot be reached is its own trouble, not the node's.
        switch message {
        case .state(let lines): sd_notify(0, lines)
        case .status(let line): sd_notify(0, "STATUS=\(line)")
        case .ping:
            sd_notify(0, "WATCHDOG=1")
            counters.count { $0.watchdogPings += 1 }
        case .keep(let descriptor, let name):
            // FDPOLL=0: the pidfd of a daemon that has ended still tells how it ended.
            var number = descriptor.number
            sd_pid_notify_with_fds(0, 0, "FDSTORE=1\nFDNAME=\(name)\nFDPOLL=0", &number, 1)
        case .drop(let name): sd_notify(0, "FDSTOREREMOVE=1\nFDNAME=\(name)")
        }
    }

    private static var watchdogTime: Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    private static var monotonicMicroseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}

extension Status {
    /// One line for people: the phase, the plan and the height.
    var line: String {
        var line = phase.name.rawValue
        if let step = phase.step { line += " (\(step.rawValue))" }
        if let height { line += " at height \(height.value)" }
        if let next { line += ", \(next.plan) planned for \(next.height)" }
        if let reason = phase.reasonCode { line += ", \(reason.rawValue)" }
        if let reason = phase.reason { line += ": \(reason)" }
        if let hold { line += ", held by \(hold.actor)\(hold.reason.map { ": \($0)" } ?? "")" }
        return escaped(line)
    }

    /// Something is under way that no timeout of systemd may cut short: an end or an upgrade.
    fileprivate var takesTime: Bool { phase.name == .stopping || phase.name == .upgrading }
}
