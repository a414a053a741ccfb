import FoundationEssentials
import Glibc
import Testing

/// A process with an input that is held open.
final class SpawnedProcess {
    let pid: pid_t
    private var input: Int32
    private var status: Int32?

    /// - Parameters:
    ///   - environment: Besides PATH.
    ///   - third: Descriptor 3; created, with this file before it emptied.
    init(
        _ arguments: [String], environment: [String: String] = [:], output: String,
        errors: String, third: String? = nil
    ) throws {
        var pair: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try #require(socketpair(AF_UNIX, type, 0, &pair) == 0)
        input = pair[1]
        defer { close(pair[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_RDWR | O_CREAT | O_TRUNC
        posix_spawn_file_actions_adddup2(&actions, pair[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o600)
        if let third { posix_spawn_file_actions_addopen(&actions, 3, third, flags, 0o600) }
        let argv = arguments.map { strdup($0) } + [nil]
        let path = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        let envp = environment.merging(path) { $1 }.map { strdup($0.key + "=" + $0.value) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var child: pid_t = 0
        let result = posix_spawnp(&child, arguments[0], &actions, nil, argv, envp)
        try #require(result == 0, "\(arguments[0]): \(String(cString: strerror(result)))")
        pid = child
    }

    func say(_ bytes: Data) throws {
        let count = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
        try #require(count == bytes.count)
    }

    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// As a shell tells it; nil while it runs.
    func exitCode() -> Int32? {
        var raw: Int32 = 0
        if status == nil, waitpid(pid, &raw, WNOHANG) == pid {
            status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + raw & 0x7f
        }
        return status
    }

    func kill() {
        closeInput()
        guard status == nil else { return }
        Glibc.kill(pid, SIGKILL)
        var raw: Int32 = 0
        waitpid(pid, &raw, 0)
        status = raw
    }

    deinit { kill() }
}

/// Waits for what another process does; the one place in these tests that lets time pass.
func settled(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !isSo() {
        try #require(
            ContinuousClock.now < deadline, "never came true: \(what)",
            sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(5))
    }
}

func makeTemporaryFolder() throws -> String {
    var template = Array("/tmp/switchyard-stage-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// What a file holds; empty when there is none.
func text(_ path: String) -> String {
    (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
}

/// Where the executables are that were built along with these tests.
let builtPrograms: String = {
    var path = [CChar](repeating: 0, count: 4096)
    let count = max(0, readlink("/proc/self/exe", &path, path.count - 1))
    let own = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        .joined(separator: "/")
}()

/// Conditions of tests; where CI says so they have to be.
enum FetchNeeds {
    private static let isCI = getenv("CI").map { String(cString: $0) == "true" } ?? false

    static let peer = isCI || ["python3", "openssl"].allSatisfy(isInstalled)
    static let network = isCI || (peer && geteuid() == 0 && canUnshare)

    private static var canUnshare: Bool {
        succeeds(["unshare", "--net", "--mount", "ip", "link", "set", "lo", "up"])
    }

    private static func isInstalled(_ program: String) -> Bool {
        ["/usr/bin/", "/usr/local/bin/", "/bin/"].contains { access($0 + program, X_OK) == 0 }
    }

    private static func succeeds(_ arguments: [String]) -> Bool {
        guard
            let process = try? SpawnedProcess(
                arguments, output: "/dev/null", errors: "/dev/null")
        else { return false }
        while process.exitCode() == nil { sched_yield() }
        return process.exitCode() == 0
    }
}
