import FoundationEssentials
import Glibc

/// What a process takes of the machine, as /proc tells it.
struct Footprint {
    /// KiB.
    let resident: Int
    /// KiB.
    let anonymous: Int
    let threads: Int
    let descriptors: Int
    /// Nanoseconds of all its threads, those that ended included.
    let processorTime: UInt64
    /// Of its threads that live, voluntary or not.
    let switches: Int

    init(of pid: pid_t) throws(BenchError) {
        let status = Self.fields(of: "/proc/\(pid)/status")
        guard let resident = status["VmRSS"], let anonymous = status["RssAnon"],
            let threads = status["Threads"]
        else { throw .system("/proc/\(pid)/status", ESRCH) }
        self.resident = resident
        self.anonymous = anonymous
        self.threads = threads
        descriptors = Self.names(in: "/proc/\(pid)/fd").count
        processorTime = try Self.processorTime(of: pid)
        switches = Self.names(in: "/proc/\(pid)/task").reduce(0) { sum, thread in
            let fields = Self.fields(of: "/proc/\(pid)/task/\(thread)/status")
            return sum + (fields["voluntary_ctxt_switches"] ?? 0)
                + (fields["nonvoluntary_ctxt_switches"] ?? 0)
        }
    }

    /// Nanoseconds of the children that it has waited for, in steps of the kernel's tick.
    static func childrenTime(of pid: pid_t) -> UInt64 {
        let data = (try? Data(contentsOf: URL(filePath: "/proc/\(pid)/stat"))) ?? Data()
        // The name before the parenthesis may hold anything.
        let text = String(decoding: data, as: UTF8.self).split(separator: ")").last ?? ""
        let fields = text.split(separator: " ")
        guard fields.count > 14, let user = UInt64(fields[13]), let system = UInt64(fields[14])
        else { return 0 }
        return (user + system) * 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    }

    static func processorTime(of pid: pid_t) throws(BenchError) -> UInt64 {
        var clock = clockid_t()
        let result = clock_getcpuclockid(pid, &clock)
        guard result == 0 else { throw .system("clock_getcpuclockid", result) }
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { throw .system("clock_gettime", errno) }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The lines `Name: number`, the unit left out.
    private static func fields(of file: String) -> [String: Int] {
        // A thread that has ended meanwhile has no lines.
        let text = (try? Data(contentsOf: URL(filePath: file))) ?? Data()
        var fields: [String: Int] = [:]
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == ":" || $0 == "\t" || $0 == " " })
            if words.count > 1, let number = Int(words[1]) { fields[String(words[0])] = number }
        }
        return fields
    }

    private static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
