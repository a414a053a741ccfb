import FoundationEssentials
import Glibc
import Testing

/// A folder that is removed with the last who knows it, and the tools of this machine.
final class Workshop: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/switchyard-workshop-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func makeFolder(_ name: String) throws -> String {
        try #require(mkdir(path + "/" + name, 0o700) == 0)
        return path + "/" + name
    }

    /// Everything below, but what is in `folder`.
    func names(but folder: String = "\n") -> Set<String> {
        let all = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
        return Set(all.filter { !$0.hasPrefix(folder) })
    }

    /// What a line of shell prints; empty when it cannot run.
    static func shell(_ line: String) -> String {
        guard let stream = popen(line, "re") else { return "" }
        defer { pclose(stream) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 {
            text += buffer.prefix(count)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether to run what needs a tool; where all of them must be, it is run and fails.
    static func has(_ tool: String) -> Bool {
        ProcessInfo.processInfo.environment["CI"] == "true"
            || shell("command -v \(tool)").isEmpty == false
    }

    /// A file beside the test that names it.
    static func file(_ name: String, beside test: String = #filePath) -> String {
        test.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/") + "/" + name
    }
}
