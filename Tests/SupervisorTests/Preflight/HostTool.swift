import Glibc

/// Programs of this machine that look at the same things as we do.
enum HostTool {
    /// For `.enabled(if:)`: the line succeeds, or CI says that it has to.
    static func works(_ line: String) -> Bool {
        let isCI = getenv("CI").map { String(cString: $0) == "true" } ?? false
        return isCI || system("\(line) >/dev/null 2>&1") == 0
    }

    /// What a line of shell prints.
    static func run(_ line: String) -> String {
        guard let pipe = popen(line, "r") else { return "" }
        defer { pclose(pipe) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 {
            output += buffer[..<count]
        }
        return String(decoding: output, as: UTF8.self)
    }
}
