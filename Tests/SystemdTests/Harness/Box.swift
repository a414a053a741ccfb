import FoundationEssentials
import Glibc
import Synchronization
import Testing

@testable import EndToEndTests

/// A real systemd, PID 1 of namespaces of its own, that ends with this value or with this process.
final class Box: Sendable {
    private let folder: String
    private let process: TestProcess
    /// The script ends the box when this is closed.
    private let lifeline: Mutex<Lifeline?>
    /// The pid of the box's PID 1, as the tests see it.
    private let leader: Int32
    private let nodes = Atomic(0)
    private let commands = Atomic(0)

    /// Boots, and returns when the box is up.
    static func boot() async throws -> Box {
        var template = Array("/tmp/switchyard-box-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessError("mkdtemp") }
        let folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            return try await boot(in: folder)
        } catch {
            unlink(folder + ".log")
            throw error
        }
    }

    private static func boot(in folder: String) async throws -> Box {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw HarnessError("socketpair") }
        let lifeline = Lifeline(ends[1])
        defer { close(ends[0]) }
        // In a session of its own: what kills the tests' process group must leave it to tidy up.
        let process = try TestProcess(
            "/usr/bin/setsid", [Self.script, "boot", folder, Programs.folder],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], input: ends[0],
            log: folder + ".log")
        let box = Box(
            folder: folder, process: process, lifeline: lifeline,
            leader: try await leader(in: folder, process))
        do {
            try await box.isUp()
        } catch {
            try await box.shutDown()
            throw error
        }
        return box
    }

    private init(folder: String, process: TestProcess, lifeline: Lifeline, leader: Int32) {
        self.folder = folder
        self.process = process
        self.lifeline = Mutex(lifeline)
        self.leader = leader
    }

    /// Ends all that is in the box; nothing of it may be left.
    func shutDown() async throws {
        lifeline.withLock { $0 = nil }
        try await eventually("the box ends\n\(console)") { process.exitCode() != nil }
        #expect(process.exitCode() == 0, "\(console)")
        #expect(access(folder, F_OK) != 0, "\(folder) is left")
        unlink(folder + ".log")
    }

    // MARK: - What is in the box

    /// The box's root directory, as the tests see it.
    var root: String { "/proc/\(leader)/root" }

    /// A user of the box who has no node yet.
    func freeUser() -> String {
        "node\(nodes.add(1, ordering: .relaxed).newValue)"
    }

    func read(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: root + path)), as: UTF8.self)
    }

    /// A process by its pid in the box and its start time, which together no other has.
    func process(_ pid: Int32) throws -> String {
        let fields = try read("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ")
        return "\(pid) \(try #require(fields)[19])"
    }

    func write(_ text: String, to path: String) throws {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(
            atPath: root + "/" + folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: root + path))
    }

    // MARK: - Commands

    struct Answer {
        let code: Int32
        let output: String
    }

    /// Runs a program in the box until it has ended; its answer has both output streams.
    @discardableResult
    func run(_ program: String, _ arguments: [String]) async throws -> Answer {
        let number = commands.add(1, ordering: .relaxed).newValue
        let log = "\(folder)/command-\(number)"
        let command = try TestProcess(
            "/usr/bin/nsenter",
            ["-t", "\(leader)", "-m", "-u", "-i", "-p", "-C", "--", program] + arguments,
            environment: [
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "SYSTEMD_PAGER": "",
                "SYSTEMD_COLORS": "0",
            ], log: log)
        var code: Int32?
        try await eventually("\(program) \(arguments) ends") {
            code = command.exitCode()
            return code != nil
        }
        let output = try Data(contentsOf: URL(filePath: log))
        unlink(log)
        return Answer(code: code ?? -1, output: String(decoding: output, as: UTF8.self))
    }

    @discardableResult
    func systemctl(_ arguments: String...) async throws -> Answer {
        try await run("systemctl", arguments)
    }

    // MARK: - Booting

    private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let script = tests.path + "/box"
    static let repository = tests.deletingLastPathComponent().deletingLastPathComponent().path

    /// Why no box can be booted here; nil when one can.
    static let obstacle: String? = {
        let log = "/tmp/switchyard-box-check-\(getpid())"
        defer { unlink(log) }
        guard
            let check = try? TestProcess(
                script, ["check"], environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"],
                log: log)
        else { return "\(script) cannot be run" }
        while check.exitCode() == nil { sched_yield() }
        let output = (try? Data(contentsOf: URL(filePath: log))) ?? Data()
        return output.isEmpty ? nil : String(decoding: output.dropLast(), as: UTF8.self)
    }()

    private static func leader(in folder: String, _ process: TestProcess) async throws -> Int32 {
        var leader: Int32?
        try await eventually("the box begins") {
            try #require(process.exitCode() == nil, "\(text(folder + ".log"))")
            leader = Int32(text(folder + "/leader").dropLast())
            return leader != nil
        }
        return leader ?? -1
    }

    private func isUp() async throws {
        try await eventually("the box is up\n\(console)") {
            try #require(process.exitCode() == nil, "\(console)")
            return try await systemctl("is-system-running").output == "running\n"
        }
    }

    private var console: String { Self.text(folder + ".log") }

    private static func text(_ path: String) -> String {
        (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
            ?? ""
    }
}

/// The end of a connection whose other end somebody reads for as long as we live.
private final class Lifeline: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}
