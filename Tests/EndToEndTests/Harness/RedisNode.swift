import FoundationEssentials
import Glibc
import Testing

/// A home whose daemon is Redis, of a release that `v7` is the next of, and a client that writes.
final class RedisNode {
    let path: String
    private let port: UInt16
    private var supervisor: TestProcess?
    private var client: TestProcess?
    /// The most daemons that were ever seen at once.
    private(set) var mostDaemons = 0

    init() throws {
        var template = Array("/tmp/switchyard-redis-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        port = try TestNode.freePort()
        for folder in ["data", "config"] { try make(folder) }
        try write(
            """
            bind 127.0.0.1
            port \(port)
            dir \(path)/data
            logfile \(path)/redis.log
            appendonly yes
            save ""
            auto-aof-rewrite-percentage 0

            """, to: "config/redis.conf")
    }

    deinit {
        client = nil
        supervisor = nil
        for pid in daemons { kill(pid, SIGKILL) }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Puts both releases in place.
    func install() async throws {
        for (release, program) in [
            ("genesis", RedisPrograms.old), ("upgrades/v7", RedisPrograms.new),
        ] {
            try make("cosmovisor/\(release)/bin")
            // By a program of its own, so that no descriptor of the binary was ever ours to inherit.
            let copy = try TestProcess(
                "/bin/cp", [program, path + "/cosmovisor/\(release)/bin/redis-server"],
                environment: [:], log: path + "/cp.log")
            let code = try await end(of: copy)
            try #require(code == 0, "\(text("cp.log"))")
        }
    }

    // MARK: - Processes

    func start() throws {
        let configuration = path + "/config/redis.conf"
        supervisor = try TestProcess(
            Programs.switchyard, ["run", configuration],
            environment: [
                "DAEMON_HOME": path, "DAEMON_NAME": "redis-server", "PATH": "/usr/bin:/bin",
                "COSMOVISOR_COLOR_LOGS": "false", "DAEMON_SHUTDOWN_GRACE": "20s",
                "SWITCHYARD_START_COMMANDS": configuration,
            ], log: path + "/log")
    }

    /// Ends the supervisor and answers its exit code.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM) async throws -> Int32 {
        let process = try #require(supervisor)
        process.signal(signal)
        let code = try await end(of: process)
        supervisor = nil
        return code
    }

    func startWriting() throws {
        client = try startClient("write", "record")
    }

    func stopWriting() async throws {
        let process = try #require(client)
        process.signal(SIGTERM)
        #expect(try await end(of: process) == 0, "\(text("client.log"))")
        client = nil
    }

    /// Reads back what a record says was acknowledged, and compares.
    func holdsEveryWrite(of record: String = "record") async throws {
        let process = try startClient("verify", record)
        #expect(try await end(of: process) == 0, "\(text("client.log"))")
    }

    /// Starts the old release on a folder of data, beside the supervisor's home.
    func startOldRelease(on folder: String) throws -> TestProcess {
        try TestProcess(
            path + "/cosmovisor/genesis/bin/redis-server",
            [path + "/config/redis.conf", "--dir", path + "/" + folder],
            environment: [:], log: path + "/old.log")
    }

    private func startClient(_ command: String, _ record: String) throws -> TestProcess {
        try TestProcess(
            RedisPrograms.python,
            [RedisPrograms.client, command, "\(port)", path + "/" + record],
            environment: [:], log: path + "/client.log")
    }

    private func end(of process: TestProcess) async throws -> Int32 {
        var code: Int32?
        try await waits(for: "the end of \(process.pid)") {
            code = process.exitCode()
            return code != nil
        }
        return code ?? -1
    }

    // MARK: - What can be seen

    var record: WriteRecord { WriteRecord(text("record")) }

    /// The last number that was acknowledged, without a look at the whole long record.
    private var lastWrite: Int {
        WriteRecord(String(text("record").suffix(300))).writes.last?.number ?? 0
    }

    var current: String? { linkTarget(path + "/cosmovisor/current") }

    func status() throws -> StatusView {
        try StatusView(
            try UnixClient.get("/v1/status", socket: path + "/cosmovisor/.switchyard/api.sock"))
    }

    /// The starts and ends that the daemons logged, in order: they append to one file.
    var lives: [String] {
        text("redis.log").split(separator: "\n").compactMap { line in
            let pid = line.prefix { $0 != ":" }
            if line.contains("Redis is starting") { return "start \(pid)" }
            return line.contains("Redis is now ready to exit") ? "end \(pid)" : nil
        }
    }

    func exists(_ name: String) -> Bool {
        access(path + "/" + name, F_OK) == 0
    }

    /// Empty without the file.
    func text(_ name: String) -> String {
        (try? Data(contentsOf: URL(filePath: path + "/" + name)))
            .map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
    }

    private func make(_ folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: path + "/" + folder, withIntermediateDirectories: true)
    }

    /// Every live process that runs a binary of this home, whoever's child it is.
    private var daemons: [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter {
            linkTarget("/proc/\($0)/exe")?.hasPrefix(path + "/cosmovisor/") == true
        }
    }

    // MARK: - Waiting

    /// Waits, and counts the daemons meanwhile.
    func waits(for what: String, _ isSo: () throws -> Bool) async throws {
        try await eventually("\(what)\n\(text("log"))\(text("redis.log"))\(text("client.log"))") {
            mostDaemons = max(mostDaemons, daemons.count)
            return try isSo()
        }
    }

    /// Waits until that many more writes were acknowledged.
    func acknowledges(_ count: Int) async throws {
        let last = lastWrite
        try await waits(for: "\(count) writes after \(last)") { lastWrite >= last + count }
    }

    /// Drops in the plan file, as a chain would, and waits until the new release runs.
    func isCarriedOver() async throws {
        try write(#"{"name":"v7","height":100,"info":""}"#, to: "data/plan.new")
        guard rename(path + "/data/plan.new", path + "/data/upgrade-info.json") == 0 else {
            throw HarnessError("rename")
        }
        try await waits(for: "the new release") {
            (try? status()).map { $0.plan == "v7" && $0.daemon?.pid != nil } ?? false
        }
    }
}
