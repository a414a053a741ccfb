import Glibc

/// What a process takes of the machine, as /proc tells it (proc(5)).
package struct ProcessUsage: Sendable, Equatable {
    /// User and system time, in seconds.
    package var cpu: Double
    package var residentBytes: UInt64
    package var virtualBytes: UInt64
    package var threads: Int
    /// Nil when we may not look.
    package var openDescriptors: Int?
    /// The soft limit; nil when there is none.
    package var descriptorLimit: UInt64?
    /// Of the virtual memory; nil when there is none.
    package var virtualLimit: UInt64?

    /// Nil when there is no such process, or none that lives.
    package init?(pid: pid_t) {
        guard let text = ProcFile.text("/proc/\(pid)/stat"),
            let close = text.utf8.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        // Counted from the state, which is the third field of the manual page.
        let fields = text[text.index(after: close)...].split(whereSeparator: \.isWhitespace)
        guard fields.count > 21, let user = UInt64(fields[11]), let system = UInt64(fields[12]),
            let threads = Int(fields[17]), let virtual = UInt64(fields[20]),
            let pages = UInt64(fields[21]), virtual > 0
        else { return nil }
        cpu = Double(user + system) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        residentBytes = pages * UInt64(max(1, sysconf(Int32(_SC_PAGESIZE))))
        virtualBytes = virtual
        self.threads = threads
        openDescriptors = Self.openDescriptors(of: pid)
        let limits = ProcFile.text("/proc/\(pid)/limits") ?? ""
        descriptorLimit = Self.softLimit("Max open files", in: limits)
        virtualLimit = Self.softLimit("Max address space", in: limits)
    }

    /// Linux 6.2 and later tell the number as the folder's size; earlier ones tell 0.
    private static func openDescriptors(of pid: pid_t) -> Int? {
        let folder = "/proc/\(pid)/fd"
        var status = stat()
        if stat(folder, &status) == 0, status.st_size > 0 { return Int(status.st_size) }
        return try? ProcFile.list(folder).count  // Another user's: not told, rather than wrong.
    }

    private static func softLimit(_ name: String, in limits: String) -> UInt64? {
        let line = limits.split(separator: "\n").first { $0.hasPrefix(name) }
        guard let value = line?.dropFirst(name.count).split(separator: " ").first else {
            return nil
        }
        return UInt64(value)
    }
}
