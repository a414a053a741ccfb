import CLinux
import FoundationEssentials
import Glibc
import StageMessages
import Testing

/// A run of the real `switchyard-stage`, built along with these tests.
final class RunningStage {
    private(set) var pid: pid_t = 0
    private var orders: Int32 = -1
    private var output: Int32 = -1
    private var unread: [UInt8] = []
    private var isReaped = false

    static let program: String = {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/") + "/switchyard-stage"
    }()

    /// - Parameter descriptors: What becomes 3, 4 ….
    convenience init(_ order: StageOrder, descriptors: [Int32] = []) throws {
        try self.init(descriptors: descriptors)
        try say(Array(JSONEncoder().encode(order)) + [UInt8(ascii: "\n")])
    }

    init(descriptors: [Int32] = []) throws {
        let (input, output) = (try Pipe(), try Pipe())
        let wanted = [input.reading, output.writing, 2] + descriptors
        // Out of the way of what they become; close-on-exec, but not so once they have become it.
        let lifted = wanted.map { fcntl($0, F_DUPFD_CLOEXEC, 32) }
        defer { (lifted + [input.reading, output.writing]).forEach { close($0) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, file) in lifted.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, file, Int32(number))
        }
        let argv = [strdup(Self.program), nil]
        let envp = [strdup("SWIFT_BACKTRACE=enable=no"), nil]
        defer { (argv + envp).forEach { free($0) } }
        try #require(posix_spawn(&pid, Self.program, &actions, nil, argv, envp) == 0)
        orders = input.writing
        self.output = output.reading
    }

    func say(_ bytes: [UInt8]) throws {
        try #require(write(orders, bytes, bytes.count) == bytes.count)
    }

    /// Nobody wants the result any more.
    func endOrders() {
        close(orders)
        orders = -1
    }

    /// The next line, waited for; nil at the end.
    func line() throws -> String? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeSubrange(...end)
                return line
            }
            guard let bytes = try readSome() else { return nil }
            unread += bytes
        }
    }

    func report() throws -> StageReport? {
        try line().map { try JSONDecoder().decode(StageReport.self, from: Data($0.utf8)) }
    }

    /// All the rest that it says.
    func rest() throws -> String {
        while let bytes = try readSome() { unread += bytes }
        defer { unread = [] }
        return String(decoding: unread, as: UTF8.self)
    }

    /// Reads to the end, and answers how it ended: as a shell tells it, and its last report.
    func finish() throws -> (code: Int32, report: StageReport?) {
        let last = try rest().split(separator: "\n").last
        let report = try last.map {
            try JSONDecoder().decode(StageReport.self, from: Data($0.utf8))
        }
        return (exitCode(), report)
    }

    func exitCode() -> Int32 {
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        isReaped = true
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    }

    /// Nil at the end; a run that says nothing for a minute hangs.
    private func readSome() throws -> [UInt8]? {
        var watched = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        try #require(poll(&watched, 1, 60_000) == 1, "nothing came")
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(output, &buffer, buffer.count)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    deinit {
        if pid > 0, !isReaped {
            kill(pid, SIGKILL)
            _ = exitCode()
        }
        for file in [orders, output] where file >= 0 { close(file) }
    }
}

/// Both ends close at an exec.
struct Pipe {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(clinux_pipe(&ends) == 0)
        (reading, writing) = (ends[0], ends[1])
    }
}
