import FoundationEssentials
import Glibc
import Testing

/// A real Prometheus, of the configuration that we ship but for its place and pace.
struct Prometheus {
    private let process: TestProcess
    private let folder: String
    private let port: UInt16

    private static let program = "/usr/bin/prometheus"

    /// Where CI says so it has to be.
    static var isThere: Bool {
        let isCI = getenv("CI").map { String(cString: $0) == "true" } ?? false
        return isCI || access(program, X_OK) == 0
    }

    /// - Parameter home: Gets a folder for its files.
    init(scraping target: String, tokenFile: String, in home: String) throws {
        folder = home + "/prometheus"
        port = try TestNode.freePort()
        mkdir(folder, 0o700)
        let text = try Shipped.text(
            "prometheus/prometheus.yml",
            [
                ("\"127.0.0.1:9545\"", "\"\(target)\""),
                ("scrape_interval: 15s", "scrape_interval: 1s"),
                ("evaluation_interval: 15s", "evaluation_interval: 1s"),
                ("- alerts.yml", "- \(Shipped.folder)/prometheus/alerts.yml"),
                ("/etc/prometheus/switchyard.token", tokenFile),
            ])
        try Data(text.utf8).write(to: URL(filePath: folder + "/prometheus.yml"))
        process = try TestProcess(
            Self.program,
            [
                "--config.file=\(folder)/prometheus.yml", "--storage.tsdb.path=\(folder)/data",
                "--web.listen-address=127.0.0.1:\(port)",
            ], environment: ["PATH": "/usr/bin:/bin"], log: folder + "/log")
    }

    var log: String {
        // For a message only.
        let bytes = try? Data(contentsOf: URL(filePath: folder + "/log"))
        return String(decoding: bytes ?? Data(), as: UTF8.self)
    }

    /// The one value that a query has now; nil when it has none, or more.
    func value(_ query: String) -> String? {
        let escaped = query.utf8.map {
            "%" + String($0 / 16, radix: 16) + String($0 % 16, radix: 16)
        }
        let answer = get("/api/v1/query?query=" + escaped.joined())
        let reply = try? JSONDecoder().decode(Reply.self, from: Data(answer.utf8))
        guard let result = reply?.data.result, result.count == 1 else { return nil }
        return result[0].value.last?.text
    }

    /// The body of an answer of its API; empty when it does not answer.
    func get(_ path: String) -> String {
        (try? TCPClient.get(path, port: port)) ?? ""
    }

    private struct Reply: Decodable {
        let data: Matches

        struct Matches: Decodable {
            let result: [Match]
        }

        struct Match: Decodable {
            /// The time, a number, and the value, a text.
            let value: [Scalar]
        }

        struct Scalar: Decodable {
            let text: String?

            init(from decoder: any Decoder) throws {
                // The time is not looked at.
                text = try? decoder.singleValueContainer().decode(String.self)
            }
        }
    }
}
