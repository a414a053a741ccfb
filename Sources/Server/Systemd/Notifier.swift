import CSystemd
import Supervisor

/// Tells systemd the truth about us, sd_notify(3); silent when NOTIFY_SOCKET is unset.
struct Notifier: Sendable {
    let board: StatusBoard

    func ready() {
        send("READY=1\nSTATUS=\(board.status.line)")
    }

    func stopping() {
        send("STOPPING=1\nSTATUS=\(board.status.line)")
    }

    func reloading() {
        send("RELOADING=1")
    }

    /// Keeps STATUS= in step with the status until the task is cancelled.
    func run() async -> Int32? {
        var last = ""
        for await status in board.changes() where status.line != last {
            last = status.line
            send("STATUS=\(last)")
        }
        return nil
    }

    private func send(_ state: String) {
        // Systemd that cannot be reached is systemd's trouble, not the node's.
        _ = sd_notify(0, state)
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
