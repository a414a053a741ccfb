import Glibc
import Logging
import Supervisor

/// Faults that can be provoked on purpose, to see that others notice them.
///
/// Not for operators: no text of ours names them.
struct DebugSwitches: Sendable {
    /// Once a file is there the control loop hangs for ever.
    private let hang: String?
    /// The same for the API's loop.
    private let hangAPI: String?

    init(environment: [String: String]) {
        hang = environment["SWITCHYARD_DEBUG_HANG"]
        hangAPI = environment["SWITCHYARD_DEBUG_HANG_API"]
    }

    static func isOne(_ name: String) -> Bool { name.hasPrefix("SWITCHYARD_DEBUG_") }

    func obey(on loop: EventLoop, api: ControlPlane, log: Logger) async {
        await withTaskGroup { group in
            group.addTask { await hang(loop, when: self.hang, on: loop, log: log) }
            group.addTask { await hang(api.loop, when: hangAPI, on: loop, log: log) }
        }
    }

    private func hang(
        _ victim: EventLoop, when file: String?, on loop: EventLoop, log: Logger
    ) async {
        guard let file else { return }
        while access(file, F_OK) != 0 {
            guard await loop.wait(until: .now + .milliseconds(20)) == .timedOut else { return }
        }
        log.warning("a loop hangs, as \(file) asks")
        victim.perform { while true { pause() } }
    }
}
