import Glibc
import Logging
import Supervisor

/// Variables for tests of the executable itself, which no operator needs: no text names them.
struct DebugSwitches: Sendable {
    private enum Name: String {
        case hang = "SWITCHYARD_DEBUG_HANG"
        case hangAPI = "SWITCHYARD_DEBUG_HANG_API"
        case backoff = "SWITCHYARD_DEBUG_BACKOFF"
    }

    /// Once a file is there the control loop hangs for ever.
    private let hang: String?
    /// The same for the API's loop.
    private let hangAPI: String?
    /// `none`: a daemon that crashes is started again at once, however often.
    let pacing: Lifecycle.Policy.Pacing

    init(environment: [String: String]) {
        hang = environment[Name.hang.rawValue]
        hangAPI = environment[Name.hangAPI.rawValue]
        pacing = environment[Name.backoff.rawValue] == "none" ? .none : .growing
    }

    static func isOne(_ name: String) -> Bool { Name(rawValue: name) != nil }

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
