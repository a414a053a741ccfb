import API
import Glibc
import Supervisor
import Synchronization

/// Takes one request's body off its connection, as its route asks for it.
///
/// It holds the connection's bytes meanwhile; `end` gives them back. Asked after that, it answers
/// as if the client had left.
final class BodyReader: Sendable {
    private let channel: Channel
    private let limits: HTTPLimits
    private let length: Int?
    // A lock, because the route may read in a task of its own; nothing waits while holding it.
    private let state: Mutex<State>

    fileprivate struct State {
        var buffer: ReadBuffer
        var coding: BodyCoding
        var pace: BodyPace
        /// The client waits for `100 Continue`, which nobody has sent.
        var owesContinue: Bool
        var failure: BodyError?
    }

    /// - Parameter buffer: What has arrived behind the head.
    init(_ head: RequestHead, _ buffer: ReadBuffer, on channel: Channel, limits: HTTPLimits) {
        self.channel = channel
        self.limits = limits
        let coding = BodyCoding(head.body)
        length = coding.left
        state = Mutex(
            State(
                buffer: buffer, coding: coding,
                pace: BodyPace(stretch: limits.stallTime, floor: limits.bodyFloor),
                // Who has begun to send does not wait any more (RFC 9110 section 10.1.1).
                owesContinue: head.expectsContinue && buffer.isEmpty))
    }

    /// The body as the API sees it.
    var content: RequestBody {
        RequestBody(
            length: length,
            RequestBody.Source { space, patience throws(BodyError) in
                try self.take(into: space, within: patience)
            } wait: { () throws(BodyError) in
                try await self.wait()
            })
    }

    /// Reads away what nobody wants, so that the next request is found behind it.
    ///
    /// - Throws: `.tooLarge` when that is not worth it. Who waits for `100 Continue` is left to.
    func discard() async throws(BodyError) {
        let limit = limits.unwantedBody
        let (left, isAwaited) = state.withLock { ($0.coding.left ?? 0, $0.owesContinue) }
        guard left <= limit else { throw fail(.tooLarge(limit: limit)) }
        guard !isAwaited else { return }
        var total = 0
        let content = content
        while let piece = try await content.next() {
            total += piece.count
            guard total <= limit else { throw fail(.tooLarge(limit: limit)) }
        }
    }

    /// Ends the body, reading away a small rest of it.
    /// - Returns: What came behind it; nil when its end was not found and the connection must close.
    func end() async -> ReadBuffer? {
        // What is wrong with a body that nobody reads any more only ends the connection.
        try? await discard()
        return state.withLock { state in
            let isRead = state.coding.isEnded && state.failure == nil
            let rest = state.buffer
            state.buffer = ReadBuffer()
            state.failure = .clientGone
            return isRead ? rest : nil
        }
    }
}

extension BodyReader {
    /// - Returns: Whether the client was waiting for it.
    private func sendContinue() async throws(BodyError) -> Bool {
        let owes = state.withLock { state in
            defer { state.owesContinue = false }
            return state.owesContinue && state.failure == nil
        }
        guard owes else { return false }
        do throws(ChannelError) {
            try await channel.write(
                Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), stall: limits.stallTime)
        } catch {
            throw fail(.init(error))
        }
        return true
    }

    /// What has arrived; on a thread that may block, also what arrives within the patience.
    private func take(
        into space: UnsafeMutableRawBufferPointer, within patience: Duration
    ) throws(BodyError) -> IntakeTurn.Arrival {
        let arrival = try look(into: space)
        guard arrival == .nothing, patience > .zero, !state.withLock(\.owesContinue) else {
            return arrival
        }
        let start = Instant.now
        channel.poll(patience)
        try count(waited: .now - start)
        return try look(into: space)
    }

    private func look(
        into space: UnsafeMutableRawBufferPointer
    ) throws(BodyError) -> IntakeTurn.Arrival {
        do throws(BodyError) {
            return try state.withLock { state throws(BodyError) in
                if let failure = state.failure { throw failure }
                // Before the client sends anything it waits for what `wait` says.
                return state.owesContinue ? .nothing : try Self.look(&state, channel, into: space)
            }
        } catch {
            throw fail(error)
        }
    }

    /// What is there is taken first; then the socket is looked at, once.
    private static func look(
        _ state: inout State, _ channel: Channel, into space: UnsafeMutableRawBufferPointer
    ) throws(BodyError) -> IntakeTurn.Arrival {
        if let arrival = try state.decode(into: space) { return arrival }
        do throws(ChannelError) {
            if case .length(let left) = state.coding {
                let room = UnsafeMutableRawBufferPointer(rebasing: space.prefix(left))
                guard let count = try channel.receive(into: room) else { return .nothing }
                guard count > 0 else { throw .broken(0) }
                state.coding = BodyCoding(length: left - count)
                state.pace.receive(count)
                return .bytes(count)
            }
            guard let count = try channel.receive(into: &state.buffer) else { return .nothing }
            guard count > 0 else { throw .broken(0) }
            state.pace.receive(count)
        } catch {
            throw BodyError(error)
        }
        return try state.decode(into: space) ?? .nothing
    }

    /// Waits for the client, which first gets its `100 Continue` if it is owed one.
    private func wait() async throws(BodyError) {
        if let failure = state.withLock(\.failure) { throw failure }
        guard try await !sendContinue() else { return }
        let patience = state.withLock(\.pace.patience)
        let start = Instant.now
        do throws(ChannelError) {
            try await channel.wait(for: .read, until: start + patience)
        } catch .timedOut {
            // The pace decides.
        } catch {
            throw fail(.init(error))
        }
        try count(waited: .now - start)
    }

    private func count(waited time: Duration) throws(BodyError) {
        guard state.withLock({ $0.pace.wait(time) }) else { throw fail(.stalled) }
    }

    private func fail(_ error: BodyError) -> BodyError {
        state.withLock { $0.failure = $0.failure ?? error }
        return error
    }
}

extension BodyReader.State {
    /// Content of what has arrived; nil when more must arrive.
    fileprivate mutating func decode(
        into space: UnsafeMutableRawBufferPointer
    ) throws(BodyError) -> IntakeTurn.Arrival? {
        let bytes = try coding.take(from: &buffer, atMost: space.count)
        guard bytes.isEmpty else {
            space.copyBytes(from: bytes)
            return .bytes(bytes.count)
        }
        return coding.isEnded ? .end : nil
    }
}

extension BodyError {
    fileprivate init(_ error: ChannelError) {
        self =
            switch error {
            case .timedOut: .stalled
            case .cancelled, .broken: .clientGone
            }
    }
}
