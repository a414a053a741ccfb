import Glibc

/// Ends the process.
func leave(_ code: Int32) -> Never {
    exit(code)
}

/// Ends the process as a signal does, whatever its mask says.
func leave(signal number: Int32) -> Never {
    // A core dump would litter the home.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    signal(number, SIG_DFL)
    var mask = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, number)
    sigprocmask(SIG_UNBLOCK, &mask, nil)
    kill(getpid(), number)
    // Only a signal whose standard action is to do nothing gets here.
    leave(128 + number)
}

/// Writes a line to standard error, where errors and panics go.
func complain(_ line: String) {
    writeAll(Array("\(line)\n".utf8), to: 2)
}

/// Writes a line to standard output.
func say(_ line: String) {
    writeAll(Array("\(line)\n".utf8), to: 1)
}

/// Writes everything, or as much as the descriptor takes.
@discardableResult
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
    }
    return true
}

/// A variable of the environment.
func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}
