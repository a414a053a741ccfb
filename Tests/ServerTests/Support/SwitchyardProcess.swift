import CLinux
import FoundationEssentials
import Glibc
import Supervisor

/// One finished run of the real executable.
struct SwitchyardProcess {
    let code: Int32
    let output: String
    let errors: String

    /// The executable that was built along with these tests.
    static var path: String {
        get throws {
            var buffer = [CChar](repeating: 0, count: 4096)
            let count = readlink("/proc/self/exe", &buffer, buffer.count)
            guard count > 0 else { throw SystemError("readlink", path: "/proc/self/exe") }
            let own = String(decoding: buffer.prefix(count).map(UInt8.init), as: UTF8.self)
            return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
                .joined(separator: "/") + "/switchyard"
        }
    }

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - input: what its standard input has.
    ///   - name: what it is called as, where a link of that name leads to it.
    init(
        _ arguments: [String], environment: [String: String], input: String = "",
        as name: String? = nil
    ) throws {
        let folder = try TemporaryHome()
        try folder.write(input, to: "in")
        let (output, errors) = (folder.path + "/out", folder.path + "/err")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, folder.path + "/in", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT, 0o600)
        var path = try Self.path
        if let name {
            let link = folder.path + "/" + name
            guard symlink(path, link) == 0 else { throw SystemError("symlink", path: link) }
            path = link
        }
        var child: pid_t = 0
        let argv = ([path] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup($0.key + "=" + $0.value) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        let result = posix_spawn(&child, path, &actions, nil, argv, envp)
        guard result == 0 else { throw SystemError("posix_spawn", path: path, code: result) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        code = clinux_wifexited(status) ? clinux_wexitstatus(status) : -clinux_wtermsig(status)
        self.output = try folder.read("out")
        self.errors = try folder.read("err")
    }
}
