import CLinux
import Glibc

/// A program to be started: what, with what, where, and where its output goes.
package struct ProcessRequest: Sendable {
    package var path: String
    /// Without the program's own name, which is `path`.
    package var arguments: [String]
    /// `NAME=value`, complete.
    package var environment: [String]
    /// Nil for ours.
    package var directory: String?
    package var output: Output
    /// Nil for ours, or for /dev/null where ours is a terminal.
    var input: Descriptor?
    /// Become 3, 4 and so on; four at most.
    var descriptors: [Descriptor] = []

    package enum Output: Sendable {
        /// Ours, so that it survives us.
        case inherited
        /// Both streams into this descriptor.
        case descriptor(Descriptor)
    }

    package init(
        path: String, arguments: [String], environment: [String], directory: String? = nil,
        output: Output = .inherited
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.output = output
    }

    /// Makes the process, in its own group, waiting at its gate before the exec.
    func spawn() throws(SystemError) -> GatedProcess {
        // A background group that reads from the terminal would be stopped by SIGTTIN.
        let null = try Descriptor(open("/dev/null", O_RDWR | O_CLOEXEC), call: "open")
        let input = input?.number ?? (isatty(0) == 1 || isCaptured ? null.number : 0)
        let more = descriptors.map(\.number)
        let (out, error) =
            switch output {
            case .inherited: (Int32(1), Int32(2))
            case .descriptor(let file): (file.number, file.number)
            }
        var gated = clinux_gated()
        let result = withCStrings([path] + arguments) { argv in
            withCStrings(environment) { envp in
                path.withCString { path in
                    withOptionalCString(directory) { directory in
                        withOptionalCString(Self.oomScore) { score in
                            more.withUnsafeBufferPointer { more in
                                var spawn = clinux_spawn(
                                    path: path, argv: argv, envp: envp, directory: directory,
                                    stdin_fd: input, stdout_fd: out, stderr_fd: error,
                                    more_fds: more.baseAddress, more_count: Int32(more.count),
                                    oom_score_adj: score)
                                return clinux_spawn(&spawn, &gated)
                            }
                        }
                    }
                }
            }
        }
        guard result == 0 else { throw SystemError("clone3", path: path, code: -result) }
        return GatedProcess(gated)
    }

    /// A protection of ours is not the daemon's; a penalty set from outside stays.
    private static var oomScore: String? {
        let own = ProcFile.text("/proc/self/oom_score_adj")?.prefix { !$0.isNewline } ?? "0"
        return (Int(own) ?? 0) < 0 ? "0" : nil
    }

    private var isCaptured: Bool {
        guard case .descriptor = output else { return false }
        return true
    }
}

/// A process whose program has not begun; dropping this value ends it.
struct GatedProcess {
    let pid: pid_t
    let pidfd: Descriptor
    private let gate: Descriptor
    private let failure: Descriptor

    init(_ gated: clinux_gated) {
        pid = gated.pid
        pidfd = Descriptor(owning: gated.pidfd)
        gate = Descriptor(owning: gated.gate_fd)
        failure = Descriptor(owning: gated.error_fd)
    }

    /// Lets the program begin, and waits until it has or cannot.
    func release(on loop: EventLoop, path: String) async throws(SystemError) {
        var permission: UInt8 = 1
        guard write(gate.number, &permission, 1) == 1 else {
            throw SystemError("write", path: "gate of \(path)")
        }
        // Shielded, for the read blocks: a program that is still being written is tried for 1 s.
        _ = await loop.waitShielded(for: .read, on: failure.number)
        loop.forget(failure.number)
        var code: Int32 = 0
        let count = read(failure.number, &code, MemoryLayout<Int32>.size)
        guard count <= 0 else { throw SystemError("execve", path: path, code: code) }
    }
}

private func withOptionalCString<R>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> R
) -> R {
    guard let text else { return body(nil) }
    return text.withCString(body)
}

/// Runs `body` with a NULL-terminated array of C strings, as execve takes them.
package func withCStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
    let copies = strings.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return copies.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("holds at least the NULL") }
        return body(base)
    }
}
