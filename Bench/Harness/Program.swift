import CLinux
import Glibc

/// A program that the harness started; it is killed when the harness lets go of it.
final class Program {
    let pid: pid_t
    /// Taken right before the call that makes the process.
    let began: UInt64
    private var hasEnded = false

    /// - Parameter log: takes both output streams; created or appended to.
    init(
        _ path: String, _ arguments: [String], environment: [String: String], log: String
    ) throws(BenchError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let argv = ([path] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup($0.key + "=" + $0.value) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var child: pid_t = 0
        began = now()
        let result = posix_spawn(&child, path, &actions, nil, argv, envp)
        guard result == 0 else { throw .system("posix_spawn \(path)", result) }
        pid = child
    }

    func signal(_ number: Int32) {
        kill(pid, number)
    }

    /// Waits for its end; false when that does not come in time.
    func ends() throws(BenchError) -> Bool {
        let pidfd = clinux_pidfd_open(pid)
        guard pidfd >= 0 else { throw .system("pidfd_open", -pidfd) }
        defer { close(pidfd) }
        var interest = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        guard poll(&interest, 1, Int32(patience / 1_000_000)) == 1 else { return false }
        reap()
        return true
    }

    private func reap() {
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        hasEnded = true
    }

    deinit {
        guard !hasEnded else { return }
        kill(pid, SIGKILL)
        reap()
    }
}
