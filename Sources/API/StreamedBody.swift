/// A body that is written piece by piece, as fast as the client takes it.
///
/// Of a known length it is finite: it is written to its end, also while the server drains. Without
/// one it may go on for ever, as an event stream does: `produce` is then cancelled when the client
/// leaves or the server drains, and what it writes until it returns is its end.
package final class StreamedBody: Sendable, Equatable {
    /// Bytes in all, if that is known beforehand.
    package let length: Int?
    /// Writes the body; returning ends it, throwing breaks it off, so that no client takes what it
    /// got for the whole.
    package let produce: @Sendable (BodyWriter) async throws(StreamEnd) -> Void

    package init(
        length: Int?, produce: @escaping @Sendable (BodyWriter) async throws(StreamEnd) -> Void
    ) {
        self.length = length
        self.produce = produce
    }

    package static func == (left: StreamedBody, right: StreamedBody) -> Bool { left === right }
}

/// Where a streamed body goes.
package struct BodyWriter: Sendable {
    private let send: @Sendable ([UInt8]) async throws(StreamEnd) -> Void

    package init(send: @escaping @Sendable ([UInt8]) async throws(StreamEnd) -> Void) {
        self.send = send
    }

    /// Sends the bytes at once, and waits while the client is behind.
    package func write(_ bytes: [UInt8]) async throws(StreamEnd) {
        try await send(bytes)
    }
}

/// Why a streamed body ends early.
package enum StreamEnd: Error, Equatable {
    case clientGone
    /// The client took nothing for 30 s.
    case stalled
    /// The task was cancelled while it waited for the client.
    case cancelled
    /// For `produce` to throw: what was to be sent cannot be had any more.
    case broken
}
