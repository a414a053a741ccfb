import CLinux
import FoundationEssentials
import Glibc
import Logging

extension NodeSupervisor {
    /// Waits for the daemon's end, its group's included, and says both.
    func awaitEnd(of child: ChildProcess) async {
        guard let exit = await child.leaderExit(on: loop) else { return }
        memory.unreaped.remove(child.pid)
        noteDown()
        if ProcessTable.liveMembers(ofGroup: child.pid)?.isEmpty == true {
            return childEnded(child, exit: exit)
        }
        observe(.leaderExited(exit))
        await awaitGroupEnd(of: child, exit: exit)
    }

    func awaitGroupEnd(of child: ChildProcess, exit: Exit) async {
        guard await child.groupEnd(on: loop) else { return }
        childEnded(child, exit: exit)
    }

    /// As PID 1, reaps processes that were left to us, each by its pid; our own children are waited
    /// for where they were made.
    package func reapOrphans() {
        for entry in ProcessTable.all()
        where entry.parent == getpid() && !entry.isAlive && !memory.unreaped.contains(entry.pid) {
            var status: Int32 = 0
            waitpid(entry.pid, &status, WNOHANG)
        }
    }

    private func childEnded(_ child: ChildProcess, exit: Exit) {
        let isExpected: Bool
        if case .stopping(_, let stop) = lifecycle.phase {
            isExpected = stop.isAsked
        } else {
            isExpected = false
        }
        let since = memory.childStarted ?? Date()
        let facts = Status.ExitFacts(
            at: Date(), pid: child.pid, exit: exit, expected: isExpected,
            uptime: .seconds(max(0, Date().timeIntervalSince(since))))
        memory.exits = memory.exits.suffix(9) + [facts]
        tellExit(facts)
        memory.fruitlessStarts =
            memory.hasShownHeight || isExpected ? 0 : memory.fruitlessStarts + 1
        memory.lastEnd = isExpected ? .unknown : .byItself(isSuccess: exit.isSuccess)
        countExit(exit)
        child.drop(from: setup.keeper)
        memory.child = nil
        memory.childStarted = nil
        log.log(
            level: isExpected ? .notice : .warning, "the daemon ended",
            metadata: ["daemon.pid": "\(child.pid)", "exit": "\(exit)"])
        observe(.exited(exit))
    }
}

extension Exit: CustomStringConvertible {
    package var description: String {
        switch self {
        case .code(let code): "code \(code)"
        case .signal(let number): "signal \(Self.name(of: number))"
        case .unknown: "unknown"
        }
    }

    /// `SIGTERM` for 15; the number when it has no name.
    package static func name(of signal: Int32) -> String {
        guard let name = clinux_signal_name(signal) else { return "\(signal)" }
        return "SIG" + String(cString: name)
    }
}
