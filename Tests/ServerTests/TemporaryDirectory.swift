import Glibc
import Testing

@testable import Supervisor

/// A directory of its own, gone with its last reference.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/switchyard-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        _ = try? Command.run("/bin/rm", ["-rf", path])
    }
}

/// A program run to its end.
struct Command {
    let status: Exit
    let output: String

    /// Runs it with our environment; its standard output is collected.
    static func run(_ path: String, _ arguments: [String]) throws -> Command {
        var pipe: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &pipe) == 0 else { throw SystemError("socketpair") }
        let reader = Descriptor(owning: pipe[0])
        let pid = try spawn(path, arguments, output: Descriptor(owning: pipe[1]))
        var output: [UInt8] = []
        var space = [UInt8](repeating: 0, count: 4096)
        while case let count = read(reader.number, &space, space.count), count > 0 {
            output += space.prefix(count)
        }
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return Command(
            status: Exit(status: status), output: String(decoding: output, as: UTF8.self))
    }

    private static func spawn(
        _ path: String, _ arguments: [String], output: Descriptor
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output.number, 1)
        var argv = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, path, &actions, nil, &argv, environ)
        guard code == 0 else { throw SystemError("posix_spawn", path: path, code: code) }
        return pid
    }
}
