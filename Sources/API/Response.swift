import FoundationEssentials

/// An answer: status, headers of its own, and a body.
package struct Response: Sendable, Equatable {
    package var status: HTTPStatus
    /// Without those of `commonHeaders` and without the framing, which is the server's.
    package var headers: [Header]
    package var body: Body

    package struct Header: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What follows the head.
    package enum Body: Sendable, Equatable {
        case none
        case bytes([UInt8])
        case stream(StreamedBody)
    }

    /// What every answer carries, errors of the HTTP layer included.
    package static let commonHeaders = [
        Header("Cache-Control", "no-store"),
        Header("X-Content-Type-Options", "nosniff"),
        Header("Cross-Origin-Resource-Policy", "same-origin"),
    ]

    package init(status: HTTPStatus, type: String, bytes: [UInt8], headers: [Header] = []) {
        self.status = status
        self.headers = [Header("Content-Type", type)] + headers
        body = .bytes(bytes)
    }

    /// An answer whose body is written while the client takes it.
    package init(
        status: HTTPStatus, type: String, length: Int? = nil, headers: [Header] = [],
        produce: @escaping @Sendable (BodyWriter) async throws(StreamEnd) -> Void
    ) {
        self.status = status
        self.headers = [Header("Content-Type", type)] + headers
        body = .stream(StreamedBody(length: length, produce: produce))
    }

    /// An answer without content, as 204 is.
    package init(status: HTTPStatus, headers: [Header] = []) {
        self.status = status
        self.headers = headers
        body = .none
    }

    static func text(_ text: String, status: HTTPStatus = .ok) -> Response {
        Response(status: status, type: "text/plain; charset=utf-8", bytes: Array(text.utf8))
    }

    static func json(_ value: some Encodable) -> Response {
        Response(status: .ok, type: "application/json", bytes: jsonBytes(of: value))
    }
}

/// JSON with sorted keys, so that the same value gives the same bytes.
func jsonBytes(of value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // The wire structs hold strings, integers and finite numbers, which always encode.
    return Array((try? encoder.encode(value)) ?? Data("null".utf8))
}
