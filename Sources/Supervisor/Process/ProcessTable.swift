import Glibc

/// What /proc/<pid>/stat says of a process, proc_pid_stat(5).
package struct ProcessEntry: Sendable, Equatable {
    package let pid: pid_t
    package let state: Character
    package let parent: pid_t
    package let group: pid_t
    /// Clock ticks after boot: with the pid and the boot, it names one process for ever.
    package let startTicks: UInt64
    private let threads: Int
    /// The wait status of a zombie; nil for the living.
    package let exitStatus: Int32?

    /// False for zombies and the dead; a zombie leader whose other threads run on is alive.
    package var isAlive: Bool { threads > 1 || (state != "Z" && state != "X" && state != "x") }

    /// Nil when there is no such process any more.
    package init?(pid: pid_t) {
        guard let text = ProcFile.text("/proc/\(pid)/stat"),
            // The name may hold anything, also what Swift would join with the bracket into one character.
            let close = text.utf8.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = text[text.index(after: close)...].split(whereSeparator: \.isWhitespace)
        guard fields.count > 19, let state = fields[0].first, let parent = pid_t(fields[1]),
            let group = pid_t(fields[2]), let threads = Int(fields[17]),
            let ticks = UInt64(fields[19])
        else { return nil }
        self.pid = pid
        self.state = state
        self.parent = parent
        self.group = group
        self.threads = threads
        startTicks = ticks
        exitStatus = state == "Z" && fields.count > 49 ? Int32(fields[49]) : nil
    }
}

/// The processes of this machine, as far as /proc shows them to us.
package enum ProcessTable {
    package static func all() -> [ProcessEntry] {
        ProcFile.names(in: "/proc").compactMap { pid_t($0) }.compactMap(ProcessEntry.init)
    }

    /// Live members of a process group; zombies do not count.
    ///
    /// `kill(-group, 0)` is asked first: when it finds nobody, /proc need not be read. When it does,
    /// a look at /proc that finds only dead ones proves nothing, for a member may have forked and
    /// ended since its number was listed. What does is a look in which nobody vanished and every dead
    /// member was dead before.
    /// - Returns: Nil when it cannot be told: too much comes and goes, or there are no descriptors to
    ///   read /proc with. Who waits for the group's end must look again then.
    package static func liveMembers(ofGroup group: pid_t) -> [ProcessEntry]? {
        var dead: Set<pid_t> = []
        for _ in 0..<50 {
            if kill(-group, 0) != 0, errno == ESRCH { return [] }
            guard let pids = try? ProcFile.list("/proc").compactMap({ pid_t($0) }) else {
                return nil
            }
            // The newest first, which are the likeliest to be gone in a moment.
            let entries = pids.reversed().compactMap(ProcessEntry.init)
            let members = entries.filter { $0.group == group }
            let live = members.filter(\.isAlive)
            if !live.isEmpty { return live }
            if entries.count == pids.count, dead.isSuperset(of: members.map(\.pid)) { return [] }
            dead = Set(members.map(\.pid))
        }
        return nil
    }

    /// Live processes whose program lies below `root` and that hold a descriptor below `data`.
    package static func daemons(root: String, data: String) -> [ProcessEntry] {
        let root = realPath(root) + "/"
        let data = realPath(data) + "/"
        return all().filter { entry in
            guard entry.isAlive, entry.pid != getpid(),
                let program = ProcFile.link("/proc/\(entry.pid)/exe"), program.hasPrefix(root)
            else { return false }
            return ProcFile.names(in: "/proc/\(entry.pid)/fd").contains { name in
                ProcFile.link("/proc/\(entry.pid)/fd/\(name)")?.hasPrefix(data) == true
            }
        }
    }

    /// Identifies this boot of the machine; process start times count from it.
    package static func bootID() -> String {
        ProcFile.text("/proc/sys/kernel/random/boot_id")?.trimmingNewline ?? ""
    }

    private static func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

/// Reads the small files and links of /proc.
package enum ProcFile {
    package static func text(_ path: String) -> String? {
        guard let file = try? Descriptor(open(path, O_RDONLY | O_CLOEXEC), call: "open") else {
            return nil
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(file.number, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    package static func link(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes -> Int in
            guard let start = bytes.bindMemory(to: CChar.self).baseAddress else { return -1 }
            return readlink(path, start, bytes.count)
        }
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// Names in a folder without `.` and `..`; none when it cannot be read.
    package static func names(in folder: String) -> [String] {
        (try? list(folder)) ?? []  // For those to whom a folder that is gone is an empty one.
    }

    /// Names in a folder without `.` and `..`, all of them.
    package static func list(_ folder: String) throws(SystemError) -> [String] {
        guard let stream = opendir(folder) else { throw SystemError("opendir", path: folder) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw SystemError("readdir", path: folder) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }
}

extension String {
    fileprivate var trimmingNewline: String {
        hasSuffix("\n") ? String(dropLast()) : self
    }
}
