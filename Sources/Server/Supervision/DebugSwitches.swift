import Glibc
import Logging
import Supervisor

/// Faults that can be provoked on purpose, to see that others notice them.
///
/// Not for operators: no text of ours names them.
struct DebugSwitches: Sendable {
    /// Once a file is there the control loop hangs for ever.
    private let hang: String?

    init(environment: [String: String]) {
        hang = environment["SWITCHYARD_DEBUG_HANG"]
    }

    static func isOne(_ name: String) -> Bool { name.hasPrefix("SWITCHYARD_DEBUG_") }

    func obey(on loop: EventLoop, log: Logger) async {
        guard let hang else { return }
        while access(hang, F_OK) != 0 {
            guard await loop.wait(until: .now + .milliseconds(20)) == .timedOut else { return }
        }
        log.warning("the control loop hangs, as SWITCHYARD_DEBUG_HANG asks")
        while true { pause() }
    }
}
