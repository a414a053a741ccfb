import FoundationEssentials
import Glibc

/// Clients that ask the API of a home as fast as they are answered.
///
/// They have the lowest priority: on a real host they are elsewhere, and what is looked at is what
/// their requests cost the supervisor, not how much processor time they take for themselves.
final class Crowd {
    private let program: Program
    private let output: String

    static let count = 64

    /// What they saw; milliseconds.
    struct Experience {
        let answers: Int
        let median: Double
        let p99: Double
    }

    init(at home: BenchHome, asking path: String) throws(BenchError) {
        output = home.path + "/crowd"
        program = try Program(
            "/usr/bin/nice",
            [
                "-n", "19", Programs.clients, home.path + "/cosmovisor/.switchyard/api.sock",
                "\(Self.count)", path,
            ], environment: [:], log: output)
    }

    /// Ends them.
    func leave() throws(BenchError) -> Experience {
        program.signal(SIGTERM)
        guard try program.ends() else { throw .missed("the clients' end", log: "") }
        let text = (try? Data(contentsOf: URL(filePath: output))) ?? Data()
        let words = String(decoding: text, as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard words.count == 3, let answers = Int(words[0]), let median = Double(words[1]),
            let p99 = Double(words[2])
        else { throw .missed("the clients' answer", log: String(decoding: text, as: UTF8.self)) }
        return Experience(answers: answers, median: median / 1000, p99: p99 / 1000)
    }
}
