import Glibc

/// What a process was left by the one that started it, and should not have been.
struct Inheritance {
    let leaks: [String]

    /// To be asked before anything is opened or any signal touched.
    static var ofThisProcess: Inheritance {
        Inheritance(leaks: variables + descriptors + signals + group)
    }

    private static var variables: [String] {
        [
            "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID",
            "LISTEN_FDNAMES",
        ].filter { environment($0) != nil }.map { "env \($0)" }
    }

    private static var descriptors: [String] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var leaks: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let number = Int32(name), number > 2, number != dirfd(folder) else { continue }
            leaks.append("fd \(number) \(Files.target("/proc/self/fd/\(number)"))")
        }
        return leaks
    }

    private static var signals: [String] {
        Files.text("/proc/self/status").split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ":")
            guard parts.count == 2, parts[0] == "SigBlk" || parts[0] == "SigIgn" else { return nil }
            let mask = trimmed(parts[1])
            guard UInt64(mask, radix: 16) != 0 else { return nil }
            return "\(parts[0] == "SigBlk" ? "blocked" : "ignored") \(mask)"
        }
    }

    private static var group: [String] {
        getpgrp() == getpid() ? [] : ["group \(getpgrp())"]
    }
}
