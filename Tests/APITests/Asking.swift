import FoundationEssentials
import Testing

@testable import API
@testable import Supervisor

extension Router {
    /// Sends by value; a body is JSON unless the headers say otherwise.
    func send(
        _ method: API.Method, _ path: String, _ body: String? = nil, headers: Headers = [:],
        query: [Target.Parameter] = [], as caller: Caller = .peer(uid: 0, name: "root"),
        client: ClientWatch = .staying
    ) async -> Response {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var headers = headers
        if body != nil, headers["content-type"] == nil {
            headers.append("Content-Type", "application/json")
        }
        let request = Request(
            method: method,
            target: Target(path: path, segments: segments.map(String.init), query: query),
            headers: headers, caller: caller, body: .of(body), client: client)
        do throws(Problem) {
            return await (try admit(request)).respond()
        } catch {
            return error.response(for: path)
        }
    }
}

extension RequestBody {
    /// All in one piece.
    static func of(_ text: String?) -> RequestBody {
        guard let text else { return .empty }
        let left = Locked(Array(text.utf8)[...])
        let source = Source { space, _ throws(BodyError) in
            left.withLock { left in
                let piece = left.prefix(space.count)
                left = left.dropFirst(piece.count)
                space.copyBytes(from: piece)
                return piece.isEmpty ? .end : .bytes(piece.count)
            }
        } wait: {
        }
        return RequestBody(length: text.utf8.count, source)
    }
}

extension Response {
    /// The body, read as JSON.
    var json: JSONValue {
        (try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) ?? .null
    }

    /// The last part of a problem's type; nil for anything else.
    var slug: String? {
        json["type"]?.string.flatMap { $0.split(separator: "/").last.map(String.init) }
    }
}

extension ClientWatch {
    /// A client that has left already.
    static let gone = ClientWatch {
    } sleep: { _ in
    } stillMay: {
        true
    }
}
