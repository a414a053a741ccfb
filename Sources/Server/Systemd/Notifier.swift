import CSystemd
import Supervisor

/// Tells systemd the truth about us, sd_notify(3); silent when NOTIFY_SOCKET is unset.
///
/// What is told is queued and sent in order from a thread of its own: a service manager that does
/// not read its socket blocks the sender, and that must not be the one who minds the node.
final class Notifier: Sendable {
    private let board: StatusBoard
    private let thread: BlockingPool
    private let messages: AsyncStream<String>
    private let queue: AsyncStream<String>.Continuation

    init(board: StatusBoard) throws(SystemError) {
        self.board = board
        thread = try BlockingPool(threads: 1)
        (messages, queue) = AsyncStream.makeStream()
    }

    func ready() {
        queue.yield("READY=1\nSTATUS=\(board.status.line)")
    }

    func stopping() {
        queue.yield("STOPPING=1\nSTATUS=\(board.status.line)")
    }

    func reloading() {
        queue.yield("RELOADING=1")
    }

    /// Sends what is queued, until cancelled.
    func send() async {
        await withTaskExecutorPreference(thread) { await forward() }
    }

    /// Keeps STATUS= in step with the status until cancelled.
    func follow() async {
        var last = ""
        for await status in board.changes() where status.line != last {
            last = status.line
            queue.yield("STATUS=\(last)")
        }
    }

    private nonisolated func forward() async {
        for await message in messages {
            // A service manager that cannot be reached is its own trouble, not the node's.
            _ = sd_notify(0, message)
        }
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
        return escaped(line)
    }
}
