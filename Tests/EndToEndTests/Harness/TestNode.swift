import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// A home with the simulated chain in it, whose plan `v2` is at height 12 unless told otherwise.
final class TestNode {
    let path: String
    let port: UInt16
    private let program: String
    private(set) var supervisor: TestProcess?

    /// - Parameters: settings of the simulated chain: of the chain, of the old and the new binary.
    convenience init(
        chain: [String: String] = [:], v1: [String: String] = [:], v2: [String: String]? = [:]
    ) throws {
        var template = Array("/tmp/switchyard-e2e-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessError("mkdtemp") }
        try self.init(
            at: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self),
            program: Programs.copyOfSimchain, chain: chain, v1: v1, v2: v2)
    }

    /// - Parameters:
    ///   - path: the home, which is removed with this value.
    ///   - program: a copy of the simulated chain on the same filesystem.
    init(
        at path: String, program: String, chain: [String: String], v1: [String: String],
        v2: [String: String]?
    ) throws {
        self.path = path
        self.program = program
        port = try Self.freePort()
        for folder in ["data", "config", "cosmovisor/genesis/bin", "cosmovisor/upgrades"] {
            try make(folder)
        }
        try write("[rpc]\nladdr = \"tcp://127.0.0.1:\(port)\"\n", to: "config/config.toml")
        let chain = ["upgrades": "v2@12", "block_time": "20"].merging(chain) { $1 }
        try write(Self.settings(chain), to: "config/simchain.conf")
        try install("genesis", ["version": "v1"].merging(v1) { $1 })
        if let v2 { try installV2(v2) }
    }

    /// Without RPC, of a chain that it knows by its own files, and whose plan is far off.
    static func withoutRPC() throws -> TestNode {
        let node = try TestNode(chain: ["upgrades": "v2@1000000", "rpc": "off"], v2: nil)
        try node.write("chain-id = \"simchain-1\"\n", to: "config/client.toml")
        return node
    }

    deinit {
        supervisor = nil
        for line in ledger.all("start") { reap(line) }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Ends what the test left running, if it is still what was started.
    private func reap(_ line: Ledger.Line) {
        guard linkTarget("/proc/\(line.pid)/exe")?.hasPrefix(path) == true else { return }
        kill(line.pid, SIGKILL)
    }

    func installV2(_ settings: [String: String] = [:]) throws {
        try install(
            "upgrades/v2",
            ["version": "v2", "handlers": "v2", "new_stores": "v2"].merging(settings) { $1 })
    }

    func install(_ release: String, _ settings: [String: String]) throws {
        try make("cosmovisor/\(release)/bin")
        try write(Self.settings(settings), to: "cosmovisor/\(release)/bin/simd.conf")
        let binary = "\(path)/cosmovisor/\(release)/bin/simd"
        // Linked, not copied: a copy's descriptor, inherited by the supervisor of another test that is
        // started at that moment, would keep the binary busy for as long as that test runs.
        guard link(program, binary) == 0 else {
            throw HarnessError("link \(binary)")
        }
    }

    // MARK: - The supervisor

    func start(
        _ environment: [String: String] = [:], arguments: [String] = [],
        by switchyard: String = Programs.switchyard
    ) throws {
        supervisor = try TestProcess(
            switchyard, ["run", "start", "--home", path] + arguments,
            environment: [
                "DAEMON_HOME": path, "DAEMON_NAME": "simd", "PATH": "/usr/bin:/bin",
                "COSMOVISOR_COLOR_LOGS": "false", "DAEMON_SHUTDOWN_GRACE": "20s",
            ].merging(environment) { $1 },
            log: path + "/log")
    }

    func signal(_ number: Int32) {
        supervisor?.signal(number)
    }

    /// Ends the supervisor in order and answers its exit code.
    @discardableResult
    func stop(_ number: Int32 = SIGTERM) async throws -> Int32 {
        signal(number)
        return try await ended()
    }

    func ended() async throws -> Int32 {
        var code: Int32?
        try await eventually("the supervisor ends") {
            code = supervisor?.exitCode()
            return code != nil
        }
        supervisor = nil
        return code ?? -1
    }

    /// Ends the supervisor without any chance to tidy up.
    func kill9() async throws {
        signal(SIGKILL)
        _ = try await ended()
    }

    // MARK: - What can be seen

    var ledger: Ledger { Ledger((try? read("ledger")) ?? "") }
    var log: String { (try? read("log")) ?? "" }
    var current: String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: path + "/cosmovisor/current")
    }

    func exists(_ name: String) -> Bool {
        access(path + "/" + name, F_OK) == 0
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path + "/" + name)), as: UTF8.self)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path + "/" + name)
    }

    func make(_ folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: path + "/" + folder, withIntermediateDirectories: true)
    }

    func status() throws -> StatusView {
        try StatusView(try UnixClient.get("/v1/status", socket: socket))
    }

    var socket: String { path + "/cosmovisor/.switchyard/api.sock" }

    // MARK: - Waiting

    func reaches(_ height: Int, _ version: String) async throws {
        try await eventually("\(version) applies block \(height)\n\(log)") {
            ledger.height(of: version) >= height
        }
    }

    /// Waits for a status that is so; the API may not answer yet.
    func shows(_ what: String, _ isSo: (StatusView) -> Bool) async throws {
        try await eventually("the status shows \(what)\n\(log)") {
            (try? status()).map(isSo) ?? false
        }
    }

    /// The upgrade is done and proven, and nothing went wrong on the way.
    func isUpgraded() async throws {
        try await reaches(14, "v2")
        try await shows("v2, verified") { $0.plan == "v2" && !$0.isProvisional }
        #expect(current == "upgrades/v2")
        #expect(ledger.violations == [])
    }

    private static func settings(_ values: [String: String]) -> String {
        values.map { "\($0.key)=\($0.value)\n" }.sorted().joined()
    }

    /// Ports below the kernel's own choice, so that no outgoing connection takes one meanwhile.
    private static let nextPort = Atomic(UInt16(20000 + UInt16(getpid() % 500) * 16))

    static func freePort() throws -> UInt16 {
        for _ in 0..<1000 {
            let port = nextPort.add(1, ordering: .relaxed).newValue
            if try isFree(port) { return port }
        }
        throw HarnessError("no free port")
    }

    private static func isFree(_ port: UInt16) throws -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        return Loopback(port: port).call { bind(socket, $0, $1) }
    }
}
