import FoundationEssentials
import Glibc
import Testing

/// Runs a line of shell to its end and answers what it printed on standard output.
///
/// `$SWITCHYARD` is the executable.
func shell(_ line: String, _ environment: [String: String] = [:]) async throws -> String {
    var template = Array("/tmp/switchyard-shell-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else { throw HarnessError("mkstemp") }
    close(file)
    let path = String(
        decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    let process = try TestProcess(
        "/bin/sh", ["-c", "{ \(line)\n} 2>>\(path).err"],
        environment: ["PATH": "/usr/bin:/bin", "SWITCHYARD": Programs.switchyard]
            .merging(environment) { $1 },
        log: path)
    defer { unlink("\(path).err") }
    try await eventually("\(line) ends") { process.exitCode() != nil }
    return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
}
