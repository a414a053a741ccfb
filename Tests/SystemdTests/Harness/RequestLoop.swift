import FoundationEssentials
import Glibc
import Testing

@testable import EndToEndTests

/// A client that asks for the status over and over, and notes how each request went.
final class RequestLoop {
    private let folder: String
    private let process: TestProcess

    /// - Parameter socket: that of the API.
    init(_ socket: String) throws {
        var template = Array("/tmp/switchyard-client-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessError("mkdtemp") }
        folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        process = try TestProcess(
            "/usr/bin/python3", [Self.script, socket, folder + "/stop"], environment: [:],
            log: folder + "/answers")
    }

    private static let script =
        URL(filePath: #filePath).deletingLastPathComponent().path
        + "/request-loop.py"

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Waits for as many more answers.
    func gets(_ count: Int) async throws {
        let goal = answers.count + count
        try await eventually("\(count) more answers") { answers.count >= goal }
    }

    /// Ends it, and tells its answers: the status code of each, or what went wrong.
    func end() async throws -> [String] {
        try Data().write(to: URL(filePath: folder + "/stop"))
        try await eventually("the client ends") { process.exitCode() != nil }
        return answers
    }

    private var answers: [String] {
        let data = (try? Data(contentsOf: URL(filePath: folder + "/answers"))) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
