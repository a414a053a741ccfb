import FoundationEssentials
import Glibc
import StageMessages
import Testing

/// A server of `server.py` with certificates of its own, gone when the test lets go of it.
final class FetchPeer {
    let folder: String
    private let ports: [String: Int]
    private let process: SpawnedProcess
    private let isApart: Bool

    /// - Parameters:
    ///   - addresses: When there are any: a network of its own, in which these are this host's.
    ///   - hosts: Lines of its /etc/hosts; only with addresses.
    init(addresses: [String] = [], hosts: String = "") async throws {
        folder = try makeTemporaryFolder()
        isApart = !addresses.isEmpty
        try await Authority.makeCertificates(in: folder)
        try Data(hosts.utf8).write(to: URL(filePath: folder + "/hosts"))
        let script = #filePath.replacing("FetchPeer.swift", with: "server.py")
        let setUp =
            addresses.map { "ip address add \($0) dev lo nodad" } + ["ip link set lo up"]
            + ["mount --bind \(folder)/hosts /etc/hosts"]
        let serve = "exec python3 \(script) \(folder)"
        process = try SpawnedProcess(
            isApart
                ? ["unshare", "--net", "--mount", "sh", "-c"]
                    + [(setUp + [serve]).joined(separator: " && ")]
                : ["sh", "-c", serve],
            output: folder + "/ports", errors: folder + "/errors")
        let file = folder + "/ports"
        try await settled("the server listens") { text(file).hasSuffix("\n") }
        ports = try JSONDecoder().decode([String: Int].self, from: Data(text(file).utf8))
    }

    deinit {
        process.kill()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Of the server with a good certificate unless told otherwise.
    func url(_ path: String, at host: String = "127.0.0.1", server: String = "server") -> String {
        let scheme = server == "http" ? "http" : "https"
        return "\(scheme)://\(host):\(ports[server] ?? 0)\(path)"
    }

    var proxy: String { "http://127.0.0.1:\(ports["proxy"] ?? 0)" }

    /// What came to it.
    func log() throws -> [LogEntry] {
        try text(folder + "/log").split(separator: "\n").map {
            try JSONDecoder().decode(LogEntry.self, from: Data($0.utf8))
        }
    }

    struct LogEntry: Decodable {
        let kind: String
        let time: Double
        let server: String?
        /// The address that was connected to.
        let at: String?
        let target: String?
        let fields: [String: String]?
    }

    /// Requests of one path, in order.
    func requests(_ path: String) throws -> [LogEntry] {
        try log().filter { $0.kind == "request" && $0.target == path }
    }

    /// Starts a run; of a URL of this host, unless there are addresses.
    func start(
        _ order: FetchOrder, environment: [String: String] = [:], output: String? = nil
    ) throws -> FetchRun {
        try FetchRun(
            order,
            prefix: isApart ? ["nsenter", "--net", "--mount", "--target", "\(process.pid)"] : [],
            environment: ["SSL_CERT_FILE": folder + "/authority.crt"].merging(environment) { $1 },
            in: folder, output: output)
    }

    /// Starts a run and waits for its end.
    func fetch(
        _ url: String, _ origin: FetchOrder.Origin = .operator, limit: Int64 = 1 << 20,
        environment: [String: String] = [:],
        _ change: (inout FetchOrder) -> Void = { _ in }
    ) async throws -> FetchRun.Outcome {
        var order = FetchOrder(url: url, origin: origin, allowsPrivate: false, limit: limit)
        order.patience.pauseMilliseconds = 1
        // A busy machine is no failure.
        order.patience.connectSeconds = 60
        change(&order)
        return try await start(order, environment: environment).outcome()
    }

    /// The file that it serves.
    static let content: Data = {
        var bytes = Data(count: 300_000)
        for place in 0..<bytes.count {
            let value: Int = place * 7 + place / 251
            bytes[place] = UInt8(truncatingIfNeeded: value)
        }
        return bytes
    }()
}

/// One run of the real `switchyard-stage`.
final class FetchRun {
    private let process: SpawnedProcess
    private let folder: String
    let output: String

    struct Outcome {
        let reports: [StageReport]
        let content: Data
        let exitCode: Int32?

        /// Not compared in an expectation, which would look for each byte that differs.
        var isWhole: Bool { content == FetchPeer.content }

        var failure: StageFailure? {
            if case .failed(let failure)? = reports.last { failure } else { nil }
        }
    }

    init(
        _ order: FetchOrder, prefix: [String], environment: [String: String], in folder: String,
        output: String?
    ) throws {
        self.folder = try makeTemporaryFolder()
        self.output = output ?? self.folder + "/output"
        let program = builtPrograms + "/switchyard-stage"
        process = try SpawnedProcess(
            prefix + [program], environment: environment, output: self.folder + "/reports",
            errors: self.folder + "/errors", third: self.output)
        try process.say(JSONEncoder().encode(StageOrder.fetch(order)) + Data("\n".utf8))
    }

    deinit {
        process.kill()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func closeInput() {
        process.closeInput()
    }

    func outcome() async throws -> Outcome {
        try await settled("the run ends") { process.exitCode() != nil }
        return try Outcome(
            reports: reports(), content: Data(contentsOf: URL(filePath: output)),
            exitCode: process.exitCode())
    }

    /// So far.
    func reports() throws -> [StageReport] {
        try text(folder + "/reports").split(separator: "\n").map {
            try JSONDecoder().decode(StageReport.self, from: Data($0.utf8))
        }
    }
}
