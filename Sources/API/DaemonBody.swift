import Supervisor

/// The daemon on the wire; its arguments and environment are never shown.
struct DaemonBody: Encodable {
    @Nullable var pid: Int32?
    @Nullable var startedAt: String?
    let adopted: Bool
    let restarts: Int
    let exits: [ExitBody]

    enum CodingKeys: String, CodingKey {
        case pid, adopted, restarts, exits
        case startedAt = "started_at"
    }

    init(_ facts: Status.DaemonFacts) {
        pid = facts.pid
        startedAt = facts.startedAt?.rfc3339
        adopted = facts.adopted
        restarts = facts.restarts
        exits = facts.exits.map(ExitBody.init)
    }
}

/// One end of the daemon: a code, a signal, or neither when nobody could tell.
struct ExitBody: Encodable {
    let at: String
    let pid: Int32
    @Nullable var code: Int32?
    @Nullable var signal: String?
    let expected: Bool
    @Nullable var uptimeSeconds: Double?

    enum CodingKeys: String, CodingKey {
        case at, pid, code, signal, expected
        case uptimeSeconds = "uptime_seconds"
    }

    init(_ facts: Status.ExitFacts) {
        at = facts.at.rfc3339
        pid = facts.pid
        switch facts.exit {
        case .code(let code): self.code = code
        case .signal(let number): signal = signalName(number)
        case .unknown: break
        }
        expected = facts.expected
        uptimeSeconds = facts.uptime?.roundedSeconds
    }
}

/// `SIGTERM` for 15; `SIG64` and the like for those without a name (signal(7)).
func signalName(_ number: Int32) -> String {
    let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
        "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
        "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ]
    let index = Int(number) - 1
    return "SIG" + (names.indices.contains(index) ? names[index] : String(number))
}
