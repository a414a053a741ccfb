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
            group.addTask {
                guard await isThere(hang, on: loop) else { return }
                log.warning("the control loop hangs, as was asked")
                while true { pause() }
            }
            group.addTask {
                guard await isThere(hangAPI, on: loop) else { return }
                log.warning("the API's loop is to hang, as was asked")
                api.loop.perform { while true { pause() } }
            }
        }
    }

    /// Waits for the file; false when there is none to wait for, or the task was cancelled.
    private func isThere(_ file: String?, on loop: EventLoop) async -> Bool {
        guard let file else { return false }
        while access(file, F_OK) != 0 {
            guard await loop.wait(until: .now + .milliseconds(20)) == .timedOut else {
                return false
            }
        }
        return true
    }
}
