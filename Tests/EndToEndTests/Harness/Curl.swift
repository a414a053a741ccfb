import FoundationEssentials
import Supervisor

/// What curl got for one request.
struct CurlAnswer {
    let status: Int
    /// Names in lower case; the last of equal ones.
    let headers: [String: String]
    let body: String

    /// - Parameter text: What `curl -i` prints; interim answers before the last are left out.
    init(_ text: String) throws {
        var rest = text[...]
        var status = 0
        var headers: [String: String] = [:]
        repeat {
            guard let end = rest.firstRange(of: "\r\n\r\n") else {
                throw HarnessError("no answer: \(text)")
            }
            let lines = rest[..<end.lowerBound].split(separator: "\r\n")
            status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            headers = [:]
            for line in lines.dropFirst() {
                guard let colon = line.firstIndex(of: ":") else { continue }
                let value = line[line.index(after: colon)...].drop(while: { $0 == " " })
                headers[line[..<colon].lowercased()] = String(value)
            }
            rest = rest[end.upperBound...]
        } while (100..<200).contains(status)
        self.status = status
        self.headers = headers
        body = String(rest)
    }

    /// The body's value; null when it is no JSON.
    var json: JSONValue {
        (try? JSONDecoder().decode(JSONValue.self, from: Data(body.utf8))) ?? .null
    }

    /// The last part of a problem's type.
    var problem: String? {
        json["type"]?.string?.split(separator: "/").last.map(String.init)
    }
}

extension TestNode {
    /// Asks over the Unix socket.
    ///
    /// - Parameters:
    ///   - arguments: More of curl's command line, as a shell reads it.
    ///   - body: Sent as JSON.
    func curl(
        _ path: String, _ arguments: String = "", json body: String? = nil
    ) async throws -> CurlAnswer {
        let content = body == nil ? "" : "-H 'Content-Type: application/json' -d \"$BODY\""
        return try CurlAnswer(
            try await shell(
                "curl -s -i -m 60 --unix-socket \"$SOCKET\" \(content) \(arguments) "
                    + "\"http://localhost$URL\"",
                ["SOCKET": socket, "BODY": body ?? "", "URL": path]))
    }
}
