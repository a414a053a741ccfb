import Supervisor

/// A request's content, which a route pulls piece by piece.
///
/// The socket is read only when a piece is asked for. Whoever waits for `100 Continue` gets it with
/// the first ask: a route that answers without asking costs its client no byte.
package struct RequestBody: Sendable {
    /// Bytes the client declared; nil when it sends chunks and did not say.
    package let length: Int?
    private let read: @Sendable () async throws(BodyError) -> [UInt8]?

    package static let empty = RequestBody(length: 0) { () throws(BodyError) in nil }

    /// - Parameter read: Answers the next piece, never an empty one; nil after the last.
    package init(
        length: Int?, read: @escaping @Sendable () async throws(BodyError) -> [UInt8]?
    ) {
        self.length = length
        self.read = read
    }

    package var isEmpty: Bool { length == 0 }

    /// Waits for some bytes, at most 64 KiB; nil at the end of the content.
    ///
    /// One at a time: a second call must wait for the first. After an error there is nothing more,
    /// and the connection closes with the answer.
    package func next() async throws(BodyError) -> [UInt8]? {
        try await read()
    }

    /// All of a small body.
    /// - Throws: `.tooLarge` as soon as there is more than `limit`.
    package func collect(atMost limit: Int = Content.jsonLimit) async throws(BodyError) -> [UInt8] {
        var bytes: [UInt8] = []
        let bounded = bounded(to: limit)
        while let piece = try await bounded.next() { bytes += piece }
        return bytes
    }

    /// The same body, which ends with `.tooLarge` where it becomes larger than `limit`.
    func bounded(to limit: Int) -> RequestBody {
        let total = Locked(0)
        return RequestBody(length: length) { () throws(BodyError) in
            guard let piece = try await read() else { return nil }
            let isWithin = total.withLock { total in
                total += piece.count
                return total <= limit
            }
            guard isWithin else { throw .tooLarge(limit: limit) }
            return piece
        }
    }
}

extension Request {
    /// All of a small body.
    func content() async throws(Problem) -> [UInt8] {
        do throws(BodyError) {
            return try await body.collect()
        } catch {
            throw Problem(error)
        }
    }
}

/// Why a body did not come to its end.
package enum BodyError: Error, Equatable {
    /// The client left; nobody reads the answer.
    case clientGone
    /// No byte came for too long, or too few.
    case stalled
    /// The chunks break the rules of RFC 9112.
    case malformed
    case tooLarge(limit: Int)
}

extension Problem {
    package init(_ error: BodyError) {
        self =
            switch error {
            case .clientGone:
                .http(
                    .badRequest, detail: "The body ended before all of it had come.",
                    remedy: "Send as much as Content-Length says, or the last chunk.")
            case .stalled: .requestTimeout
            case .malformed:
                .http(
                    .badRequest, detail: "The chunks of the body break the rules of HTTP/1.1.",
                    remedy: "Send well-formed chunks.")
            case .tooLarge(let limit): .contentTooLarge(limit: limit)
            }
    }
}
