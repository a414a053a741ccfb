import CLinux
import Glibc
import Supervisor

/// How a plain child ended.
enum ChildEnd: Equatable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    init(waitStatus: Int32) {
        self =
            clinux_wifexited(waitStatus)
            ? .exited(clinux_wexitstatus(waitStatus)) : .signalled(clinux_wtermsig(waitStatus))
    }

    var description: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .signalled(let number): "signal \(number)"
        }
    }
}

extension Execution {
    /// Runs the program as a child with our own standard streams and waits for its end.
    func run() throws(CommandFailure) -> ChildEnd {
        try wait(for: spawn(standardOutput: nil))
    }

    /// As `run`, with what the program writes to its standard output.
    func output() throws(CommandFailure) -> (end: ChildEnd, bytes: [UInt8]) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw CommandFailure("\(SystemError("pipe"))") }
        let reader = Descriptor(owning: ends[0])
        // Not for the child, which would hold its own output open. One thread: nobody forks now.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let child: pid_t
        do {
            // Ours must be closed before reading, else the end of the file never comes.
            let writer = Descriptor(owning: ends[1])
            child = try spawn(standardOutput: writer)
        }
        let bytes = readToEnd(reader)
        return (try wait(for: child), bytes)
    }

    private func spawn(standardOutput: Descriptor?) throws(CommandFailure) -> pid_t {
        // The child shall have no signal blocked, and an interrupt from the terminal ends us too.
        clinux_reset_signals()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let standardOutput {
            posix_spawn_file_actions_adddup2(&actions, standardOutput.number, 1)
        }
        var child: pid_t = 0
        let code = withCStrings([binary] + arguments) { argv in
            withCStrings(environmentLines) { envp in
                retryingWhileBusy { posix_spawn(&child, binary, &actions, nil, argv, envp) }
            }
        }
        guard code == 0 else { throw CommandFailure(reason(code)) }
        return child
    }

    private func wait(for child: pid_t) throws(CommandFailure) -> ChildEnd {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { throw CommandFailure("\(SystemError("waitpid"))") }
        }
        return ChildEnd(waitStatus: status)
    }

    private func readToEnd(_ reader: Descriptor) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = read(reader.number, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += chunk.prefix(count)
        }
    }
}
