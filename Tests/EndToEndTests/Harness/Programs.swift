import CLinux
import Glibc

/// The real executables, built along with these tests.
enum Programs {
    static let folder: String = {
        let own = linkTarget("/proc/self/exe") ?? ""
        return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
    }()

    static var switchyard: String { folder + "/switchyard" }

    /// A copy of the simulated chain on the filesystem of the tests' homes, made by a program of its
    /// own, so that no descriptor of it was ever ours.
    static let copyOfSimchain: String = {
        let copy = "/tmp/switchyard-simchain-\(getpid())"
        if let program = try? TestProcess(
            "/bin/cp", [folder + "/simchain", copy], environment: [:], log: "/dev/null")
        {
            while program.exitCode() == nil { sched_yield() }
        }
        atexit { unlink("/tmp/switchyard-simchain-\(getpid())") }
        return copy
    }()
}

/// What went wrong in the tests' own machinery.
struct HarnessError: Error, CustomStringConvertible {
    let description: String

    init(_ what: String) {
        description = "\(what): \(String(cString: strerror(errno)))"
    }
}

/// A process that a test started; it is killed when the test lets go of it.
final class TestProcess: Sendable {
    let pid: pid_t

    /// - Parameters:
    ///   - input: becomes the standard input, which is empty without.
    ///   - log: takes both output streams; created or appended to.
    init(
        _ path: String, _ arguments: [String], environment: [String: String],
        input: Int32? = nil, log: String
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let argv = ([path] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup($0.key + "=" + $0.value) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, path, &actions, nil, argv, envp)
        guard result == 0 else {
            errno = result
            throw HarnessError("posix_spawn \(path)")
        }
        pid = child
    }

    func signal(_ number: Int32) {
        kill(pid, number)
    }

    /// The exit code as a shell tells it; nil while it runs.
    func exitCode() -> Int32? {
        var info = siginfo_t()
        guard waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0,
            info.si_signo == SIGCHLD
        else { return nil }
        let status = info._sifields._sigchld.si_status
        return info.si_code == CLD_EXITED ? status : 128 + status
    }

    deinit {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }
}

/// What a symbolic link says; nil when there is none.
func linkTarget(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    guard count >= 0 else { return nil }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
