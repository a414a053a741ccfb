import Crypto
import Supervisor

/// Content that stays the same for long, with the strong ETag of its bytes (RFC 9110 section 8.8).
struct Representation: Sendable {
    private let content: Response
    let etag: String

    init(type: String, bytes: [UInt8], headers: [Response.Header] = []) {
        let digest = SHA256.hash(data: Array(type.utf8) + [0] + bytes)
        let etag = "\"" + digest.prefix(16).hex + "\""
        self.etag = etag
        content = Response(
            status: .ok, type: type, bytes: bytes, headers: headers + [.init("ETag", etag)])
    }

    /// The content, or 304 without it when the client has it already.
    func answer(to request: Request) -> Response {
        guard !Preconditions(request.headers).allowsReplacing(etag) else { return content }
        return Response(
            status: .notModified, headers: content.headers.filter { $0.name != "Content-Type" })
    }

    /// The content, as the answer to what made or changed it.
    func answer(_ status: HTTPStatus, headers: [Response.Header] = []) -> Response {
        var answer = content
        answer.status = status
        answer.headers += headers
        return answer
    }

}
