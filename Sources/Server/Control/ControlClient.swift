import FoundationEssentials
import Supervisor

/// The API of a running supervisor, as the commands of its own host call it.
///
/// Each request has a connection of its own, so that one may be asked while another waits.
struct ControlClient: Sendable {
    let socket: ControlSocket
    let loop: EventLoop

    /// For one request, besides the time that it asks the supervisor to wait.
    private static let limit = Duration.seconds(30)

    /// A body as it came, and what was read of it.
    struct Answer<Value: Sendable>: Sendable {
        let value: Value
        let text: String
    }

    func get<Value: Decodable>(
        _ path: String, waiting seconds: Int = 0, as type: Value.Type = Value.self
    ) async throws(ControlError) -> Answer<Value> {
        let query = seconds > 0 ? "?wait=\(seconds)" : ""
        return try await send("GET \(path)\(query)", limit: Self.limit + .seconds(seconds))
    }

    func post<Value: Decodable>(
        _ path: String, _ body: [String: String], as type: Value.Type = Value.self
    ) async throws(ControlError) -> Answer<Value> {
        try await send("POST \(path)", content: Self.json(body))
    }

    /// - Parameter replacing: whether what is there, whatever it is, may be replaced.
    func put<Value: Decodable>(
        _ path: String, _ body: some Encodable, replacing: Bool = false,
        as type: Value.Type = Value.self
    ) async throws(ControlError) -> Answer<Value> {
        let fields = replacing ? "If-Match: *\r\n" : ""
        return try await send("PUT \(path)", fields: fields, content: Self.json(body))
    }

    func delete<Value: Decodable>(
        _ path: String, as type: Value.Type = Value.self
    ) async throws(ControlError) -> Answer<Value> {
        try await send("DELETE \(path)")
    }

    /// The path of a plan, whatever its name is made of.
    static func path(ofPlan name: String) -> String {
        "/v1/plans/" + name.percentEncoded(keeping: "-_~")
    }

    private func send<Value: Decodable>(
        _ line: String, fields: String = "", content: Data? = nil, limit: Duration = limit
    ) async throws(ControlError) -> Answer<Value> {
        let answer = try await exchange(
            Self.request(line, fields: fields, content: content), limit: limit)
        let data = Data(answer.body)
        guard (200..<300).contains(answer.status) else {
            guard let problem = try? JSONDecoder().decode(ProblemView.self, from: data) else {
                throw .misunderstood(socket: socket.path)
            }
            throw .problem(problem)
        }
        // Either it is what the contract says, or nothing of it can be used.
        guard let value = try? JSONDecoder().decode(Value.self, from: data) else {
            throw .misunderstood(socket: socket.path)
        }
        return Answer(value: value, text: String(decoding: answer.body, as: UTF8.self))
    }

    private func exchange(
        _ request: [UInt8], limit: Duration
    ) async throws(ControlError) -> ClientConnection.Answer {
        let channel = Channel(descriptor: try socket.connect(), loop: loop)
        var connection = ClientConnection(on: channel, until: .now + limit)
        do throws(ClientError) {
            return try await connection.exchange(request)
        } catch {
            throw .noAnswer(socket: socket.path, error)
        }
    }

    /// Strings and numbers always encode.
    private static func json(_ body: some Encodable) -> Data {
        (try? JSONEncoder().encode(body)) ?? Data()
    }

    private static func request(_ line: String, fields: String, content: Data?) -> [UInt8] {
        var head =
            "\(line) HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
            + "User-Agent: switchyard/\(Version.number)\r\nConnection: close\r\n" + fields
        if let content {
            head += "Content-Type: application/json\r\nContent-Length: \(content.count)\r\n"
        }
        return Array(head.utf8) + Array("\r\n".utf8) + Array(content ?? Data())
    }
}
