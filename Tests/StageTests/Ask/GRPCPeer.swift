import FoundationEssentials
import Glibc
import StageMessages
import Testing

/// A server of `Tests/GRPC/node.py`, gone when the test lets go of it.
final class GRPCPeer {
    let folder: String
    private let process: SpawnedProcess
    private let isSecure: Bool

    /// For `.enabled(if:)`; where CI says so it has to be there.
    static var isWanted: Bool {
        access(python, X_OK) == 0 || getenv("CI").map { String(cString: $0) } == "true"
    }

    private static let repository =
        #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
    private static var python: String { repository + "/.build-grpc/bin/python3" }

    init(isSecure: Bool = false) async throws {
        folder = try makeTemporaryFolder()
        self.isSecure = isSecure
        if isSecure { try await Authority.makeCertificates(in: folder) }
        try Data("{}".utf8).write(to: URL(filePath: folder + "/chain.json"))
        process = try SpawnedProcess(
            [Self.python, Self.repository + "/Tests/GRPC/node.py", folder],
            output: "/dev/null", errors: folder + "/peer-errors")
        let file = folder + "/port"
        try await settled("the peer listens") { text(file).hasSuffix("\n") }
    }

    deinit {
        process.kill()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var address: String {
        (isSecure ? "https://localhost:" : "127.0.0.1:") + text(folder + "/port").dropLast()
    }

    var asked: [Substring] { text(folder + "/asked").split(separator: "\n") }

    func ask(
        _ method: String, _ request: String = "", seconds: Int = 60,
        environment: [String: String] = [:]
    ) async throws -> StageReport {
        var order = AskOrder(address: address, method: method, request: Data(request.utf8))
        order.seconds = seconds
        return try await AskRun.report(of: order, environment: environment)
    }
}

/// One run of the real `switchyard-stage`.
enum AskRun {
    /// Its only report.
    static func report(
        of order: AskOrder, environment: [String: String] = [:]
    ) async throws -> StageReport {
        let folder = try makeTemporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let process = try SpawnedProcess(
            [builtPrograms + "/switchyard-stage"], environment: environment,
            output: folder + "/reports", errors: folder + "/errors")
        try process.say(JSONEncoder().encode(StageOrder.ask(order)) + Data("\n".utf8))
        try await settled("the run ends") { process.exitCode() != nil }
        let report = try JSONDecoder().decode(
            StageReport.self, from: Data(text(folder + "/reports").utf8))
        if case .answered = report {
            #expect(process.exitCode() == 0)
        } else {
            #expect(process.exitCode() == 1)
        }
        return report
    }
}
