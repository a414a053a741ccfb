import CLinux
import Glibc

/// A program that takes the place of this one, or runs as its plain child.
struct Execution {
    let binary: String
    /// Without the program's name, which is the binary's path.
    let arguments: [String]
    let environment: [String: String]

    /// Becomes the program; terminal, working directory, process id and exit code are its own.
    ///
    /// - Returns: only if that failed, and then why.
    func replaceProcess() -> CommandFailure {
        clinux_reset_signals()
        let code = withCStrings([binary] + arguments) { argv in
            withCStrings(environmentLines) { envp in
                retryingWhileBusy {
                    _ = execve(binary, argv, envp)
                    return errno
                }
            }
        }
        return CommandFailure(reason(code))
    }

    var environmentLines: [String] {
        environment.map { $0.key + "=" + $0.value }
    }

    /// Tries again for a second while the binary is open for writing somewhere: a copy that has
    /// just ended, or a descriptor that a process of its writer has yet to close.
    ///
    /// There is no event for that end, and nothing else that this process could do meanwhile.
    func retryingWhileBusy(_ attempt: () -> Int32) -> Int32 {
        var code = attempt()
        for _ in 0..<100 where code == ETXTBSY {
            usleep(10_000)
            code = attempt()
        }
        return code
    }

    /// What an errno of exec means to the operator and what to do about it.
    func reason(_ code: Int32) -> String {
        let name = quoted(binary)
        switch code {
        case ENOENT where (try? FileKind(at: binary)) == .regular:
            return "cannot run \(name): its interpreter or dynamic loader does not exist on this "
                + "host (`file` and `ldd` name it)"
        case ENOENT, ENOTDIR:
            return "cannot run \(name): it does not exist; \(placing)"
        case EACCES where (try? FileKind(at: binary)) == .regular:
            return "cannot run \(name): it is not executable for this user (chmod a+x), or its "
                + "file system is mounted noexec"
        case EACCES:
            return "cannot run \(name): it is not a regular file, or a folder above it is closed "
                + "to this user"
        case ENOEXEC:
            return "cannot run \(name): it is neither a program for this machine nor a script "
                + "that begins with #!"
        case ETXTBSY: return "cannot run \(name): it is still being written; try again"
        default: return "cannot run \(name): \(String(cString: strerror(code)))"
        }
    }

    /// The command that puts a binary there.
    private var placing: String {
        let parts = binary.split(separator: "/")
        guard parts.count > 4, parts[parts.count - 4] == "upgrades" else {
            return "`switchyard init <path to executable>` puts the first binary in place"
        }
        return
            "`switchyard add-upgrade <name> <path to executable>` puts that of an upgrade in place"
    }
}
