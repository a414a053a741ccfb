import API
import Supervisor
import Synchronization

/// Puts a streamed body on its connection, piece by piece.
final class BodySender: Sendable {
    /// How the client finds the body's end.
    enum Framing: Equatable {
        case length, chunked
        /// For HTTP/1.0, which knows no chunks.
        case untilClose
    }

    private let channel: Channel
    private let framing: Framing
    private let stall: Duration
    private let state: Mutex<State>

    private struct State {
        /// Bytes to come, where that was said.
        var left: Int?
        var failure: StreamEnd?
    }

    init(_ body: StreamedBody, _ framing: Framing, on channel: Channel, stall: Duration) {
        self.channel = channel
        self.framing = framing
        self.stall = stall
        state = Mutex(State(left: body.length))
    }

    /// - Returns: Whether the client got all of the body, and its end.
    func send(_ body: StreamedBody, to client: ClientWatch) async -> Bool {
        let writer = BodyWriter { bytes throws(StreamEnd) in try await self.write(bytes) }
        if body.length == nil {
            await client.attend { await self.produce(body, writer) }
        } else {
            await produce(body, writer)
        }
        let isWhole = state.withLock { $0.failure == nil && ($0.left ?? 0) == 0 }
        guard isWhole else { return false }
        guard framing == .chunked else { return true }
        do throws(StreamEnd) {
            try await put(Array("0\r\n\r\n".utf8))
            return true
        } catch {
            return false
        }
    }

    private func produce(_ body: StreamedBody, _ writer: BodyWriter) async {
        do throws(StreamEnd) {
            try await body.produce(writer)
        } catch {
            fail(error)
        }
    }

    private func write(_ bytes: [UInt8]) async throws(StreamEnd) {
        // A chunk of no bytes would end the body.
        guard !bytes.isEmpty else { return }
        try state.withLock { state throws(StreamEnd) in
            if let failure = state.failure { throw failure }
            guard let left = state.left else { return }
            // What was longer than announced would be taken for the next answer.
            guard bytes.count <= left else { throw .broken }
            state.left = left - bytes.count
        }
        switch framing {
        case .length, .untilClose: try await put(bytes)
        case .chunked:
            var chunk: [UInt8] = []
            chunk.reserveCapacity(bytes.count + 20)
            chunk += String(bytes.count, radix: 16).utf8
            chunk += "\r\n".utf8
            chunk += bytes
            chunk += "\r\n".utf8
            try await put(chunk)
        }
        // A fast client would let this task run on for ever.
        await Task.yield()
    }

    private func put(_ bytes: [UInt8]) async throws(StreamEnd) {
        do throws(ChannelError) {
            try await channel.write(bytes, stall: stall)
        } catch {
            let end: StreamEnd =
                switch error {
                case .timedOut: .stalled
                case .cancelled: .cancelled
                case .broken: .clientGone
                }
            fail(end)
            throw end
        }
    }

    private func fail(_ end: StreamEnd) {
        state.withLock { $0.failure = $0.failure ?? end }
    }
}
