import FoundationEssentials
import Glibc

/// Programs of the system that look at what we made.
enum Tool {
    struct Result {
        let code: Int32
        /// Both streams.
        let output: String
    }

    /// For `.enabled(if:)`: the line succeeds, or CI says that it has to.
    static func works(_ line: String) -> Bool {
        let isCI = getenv("CI").map { String(cString: $0) == "true" } ?? false
        return isCI || run(line).code == 0
    }

    /// Runs a line of shell to its end.
    static func run(_ line: String) -> Result {
        guard let pipe = popen("exec 2>&1; " + line, "r") else {
            return Result(code: -1, output: "no shell")
        }
        var output: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
        return Result(code: pclose(pipe) >> 8, output: String(decoding: output, as: UTF8.self))
    }

    /// Runs it with the text in a file, whose name takes the place of `@`.
    static func run(_ line: String, on text: String) throws -> Result {
        var template = Array("/tmp/switchyard-tool-XXXXXX".utf8CString)
        close(mkstemp(&template))
        let path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        try Data(text.utf8).write(to: URL(filePath: path))
        return run(
            line.split(separator: "@", omittingEmptySubsequences: false).joined(separator: path))
    }
}
