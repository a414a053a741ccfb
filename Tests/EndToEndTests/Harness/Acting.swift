import FoundationEssentials
import Glibc

extension TestNode {
    func get<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) async throws
        -> Value
    {
        try decoded(try await curl(path))
    }

    /// Makes an operation and answers how it begins.
    func post(_ action: String) async throws -> OperationView {
        try decoded(try await curl("/v1/daemon/\(action)", "-X POST"))
    }

    /// Makes an operation and waits for its end.
    @discardableResult
    func act(
        _ action: String, _ body: String = "{}", key: String? = nil
    ) async throws -> OperationView {
        let field = key.map { "-H 'Idempotency-Key: \"\($0)\"'" } ?? ""
        return try decoded(
            try await curl("/v1/daemon/\(action)", "-H 'Prefer: wait=50' \(field)", json: body))
    }

    /// What `switchyard token` prints for this home.
    func token(_ arguments: String) async throws -> String {
        String(
            try await shell(
                "\"$SWITCHYARD\" token \(arguments)",
                ["DAEMON_HOME": path, "DAEMON_NAME": "simd"]
            ).dropLast())
    }

    /// Follows the events in the background; what comes is in the file of that name.
    func follow(_ file: String, _ arguments: [String] = []) throws -> TestProcess {
        try TestProcess(
            "/usr/bin/curl",
            [
                "-sSN", "--unix-socket", socket, "-H", "Accept: text/event-stream",
                "http://localhost/v1/events",
            ] + arguments, environment: [:], log: path + "/" + file)
    }

    /// The ids of the events in such a file, the last one perhaps still coming.
    func ids(in file: String) -> [String] {
        ((try? read(file)) ?? "").split(separator: "\n").filter { $0.hasPrefix("id: ") }
            .map { String($0.dropFirst(4)) }
    }

    private func decoded<Value: Decodable>(_ answer: CurlAnswer) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(answer.body.utf8))
        } catch {
            throw HarnessError("an answer of another form: \(answer)")
        }
    }
}

struct ListView<Item: Decodable>: Decodable {
    let items: [Item]
}

/// As much of an operation as these tests look at.
struct OperationView: Decodable {
    let id: String
    let kind: String
    let plan: String?
    let state: String
    let actor: Actor
    let result: Result?

    struct Actor: Decodable {
        let kind: String
    }

    struct Result: Decodable {
        let downtime_seconds: Double
        let steps: [String: Double]
    }
}

struct EventView: Decodable {
    let id: String
    let kind: String
    let actor: Actor

    struct Actor: Decodable {
        let kind: String
    }
}
