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
        let script = """
            while [ ! -e "$1/stop" ]; do
                curl --silent --max-time 30 --output /dev/null \
                    --write-out '%{http_code} %{exitcode}\\n' --unix-socket "$2" \
                    http://localhost/v1/status
            done
            """
        process = try TestProcess(
            "/bin/sh", ["-c", script, "sh", folder, socket],
            environment: ["PATH": "/usr/bin:/bin"], log: folder + "/answers")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Waits for as many more answers.
    func gets(_ count: Int) async throws {
        let goal = answers.count + count
        try await eventually("\(count) more answers") { answers.count >= goal }
    }

    /// Ends it, and tells its answers: the HTTP status and curl's exit code.
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
