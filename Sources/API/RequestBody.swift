import Supervisor

/// A request's content, which a route pulls piece by piece.
///
/// The socket is read only when a piece is asked for. Whoever waits for `100 Continue` gets it with
/// the first ask: a route that answers without asking costs its client no byte.
///
/// One asks at a time: a second call must wait for the first. After an error there is nothing more,
/// and the connection closes with the answer.
package struct RequestBody: Sendable {
    /// Bytes the client declared; nil when it sends chunks and did not say.
    package let length: Int?
    private let source: Source

    /// Where the bytes come from.
    package struct Source: Sendable {
        fileprivate let take: Take
        fileprivate let wait: @Sendable () async throws(BodyError) -> Void

        package typealias Take =
            @Sendable (UnsafeMutableRawBufferPointer, Duration) throws(BodyError)
            -> IntakeTurn.Arrival

        /// - Parameters:
        ///   - take: As `RequestBody.take`.
        ///   - wait: As `RequestBody.wait`.
        package init(
            take: @escaping Take, wait: @escaping @Sendable () async throws(BodyError) -> Void
        ) {
            self.take = take
            self.wait = wait
        }
    }

    package static let empty = RequestBody(
        length: 0,
        Source { _, _ throws(BodyError) in
            .end
        } wait: {
        })

    package init(length: Int?, _ source: Source) {
        self.length = length
        self.source = source
    }

    package var isEmpty: Bool { length == 0 }

    /// Takes what has arrived into the space, on whichever thread.
    ///
    /// - Parameter patience: The longest that the thread may wait for it.
    package func take(
        into space: UnsafeMutableRawBufferPointer, within patience: Duration = .zero
    ) throws(BodyError) -> IntakeTurn.Arrival {
        try source.take(space, patience)
    }

    /// Waits until there is more to take, or the client has had its time.
    package func wait() async throws(BodyError) {
        try await source.wait()
    }

    /// Waits for some bytes, at most 64 KiB; nil at the end of the content.
    package func next() async throws(BodyError) -> [UInt8]? {
        let size = min(max(1, length ?? Self.piece), Self.piece)
        while true {
            var arrival = Result<IntakeTurn.Arrival, BodyError>.success(.nothing)
            let piece = [UInt8](unsafeUninitializedCapacity: size) { space, count in
                do throws(BodyError) {
                    let taken = try take(into: UnsafeMutableRawBufferPointer(space))
                    if case .bytes(let number) = taken { count = number }
                    arrival = .success(taken)
                } catch {
                    arrival = .failure(error)
                }
            }
            switch try arrival.get() {
            case .end: return nil
            case .nothing: try await wait()
            case .bytes:
                // A client on this host sends faster than anybody reads: the others get their turn.
                await Task.yield()
                return piece
            }
        }
    }

    private static let piece = 64 * 1024

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
        let source = source
        let bounded = Source { space, patience throws(BodyError) in
            let arrival = try source.take(space, patience)
            guard case .bytes(let count) = arrival else { return arrival }
            let isWithin = total.withLock { total in
                total += count
                return total <= limit
            }
            guard isWithin else { throw .tooLarge(limit: limit) }
            return arrival
        } wait: { () throws(BodyError) in
            try await source.wait()
        }
        return RequestBody(length: length, bounded)
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
