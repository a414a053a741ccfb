import FoundationEssentials
import Glibc

/// A line of shell in a home, and what became of it.
struct Shell {
    private let line: String
    private let home: BenchHome

    init(_ line: String, in home: BenchHome) {
        self.line = line
        self.home = home
    }

    /// A request on the API's socket, which must be answered well.
    static func curl(
        _ arguments: String, in home: BenchHome, expecting word: String = ""
    ) -> Shell {
        Shell(
            "curl -fsS --unix-socket '\(home.path)/cosmovisor/.switchyard/api.sock' \(arguments)"
                + (word.isEmpty ? "" : " | grep -q '\(word)'"), in: home)
    }

    func run() throws(BenchError) -> String {
        let output = home.path + "/output"
        unlink(output)
        guard try succeeds(into: output) else { throw home.missed(line) }
        let data = (try? Data(contentsOf: URL(filePath: output))) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").last.map(String.init)
            ?? ""
    }

    /// From its beginning to its end.
    func time() throws(BenchError) -> (from: UInt64, to: UInt64) {
        let began = now()
        guard try succeeds() else { throw home.missed(line) }
        return (began, now())
    }

    func succeeds(into output: String = "/dev/null") throws(BenchError) -> Bool {
        let done = home.path + "/done"
        unlink(done)
        let program = try Program(
            "/bin/bash", ["-c", "set -o pipefail; { \(line)\n} && : > '\(done)'"],
            environment: ["PATH": "/usr/bin:/bin"], log: output)
        guard try program.ends() else { return false }
        return access(done, F_OK) == 0
    }
}
