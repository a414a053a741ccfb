import FoundationEssentials
import Glibc

/// What /proc says of processes that are not the tests' own children.
enum ProcessState {
    static func children(of pid: pid_t) -> [pid_t] {
        text("/proc/\(pid)/task/\(pid)/children").split(separator: " ").compactMap { pid_t($0) }
    }

    /// `R`, `S`, `Z` …; nil when there is no such process.
    static func of(_ pid: pid_t) -> String? {
        fields(pid)?.first
    }

    /// Clock ticks after boot.
    static func startTicks(_ pid: pid_t) -> String? {
        fields(pid).map { $0[19] }
    }

    /// Clock ticks of processor time, in the program and in the kernel for it.
    static func ticks(_ pid: pid_t) -> Int? {
        guard let fields = fields(pid), let user = Int(fields[11]), let system = Int(fields[12])
        else { return nil }
        return user + system
    }

    /// How many descriptors it has.
    static func descriptors(_ pid: pid_t) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }

    private static func fields(_ pid: pid_t) -> [String]? {
        text("/proc/\(pid)/stat").split(separator: ")").last
            .map { $0.split(separator: " ").map(String.init) }
    }

    private static func text(_ path: String) -> String {
        (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
            ?? ""
    }
}
