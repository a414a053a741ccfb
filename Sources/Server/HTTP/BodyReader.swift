import API
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

    private struct State {
        var buffer: ReadBuffer
        var coding: BodyCoding
        var pace: BodyPace
        /// The client waits for `100 Continue`, which nobody has sent.
        var owesContinue: Bool
        var failure: BodyError?
    }

    private enum Step: Sendable {
        case piece([UInt8])
        case end
        case wait(Duration)
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
        RequestBody(length: length) { () throws(BodyError) in try await self.next() }
    }

    /// The next piece of at most `limits.bodyPiece` bytes; nil at the end.
    func next() async throws(BodyError) -> [UInt8]? {
        try await sendContinue()
        while true {
            switch try take() {
            case .end: return nil
            case .piece(let bytes):
                // A client on this host sends faster than a disk writes: the others get their turn.
                await Task.yield()
                return bytes
            case .wait(let patience): try await wait(patience)
            }
        }
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
        while let piece = try await next() {
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
    private func sendContinue() async throws(BodyError) {
        let owes = state.withLock { state in
            defer { state.owesContinue = false }
            return state.owesContinue && state.failure == nil
        }
        guard owes else { return }
        do throws(ChannelError) {
            try await channel.write(
                Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), stall: limits.stallTime)
        } catch {
            throw fail(.init(error))
        }
    }

    private func take() throws(BodyError) -> Step {
        do throws(BodyError) {
            return try state.withLock { state throws(BodyError) in
                if let failure = state.failure { throw failure }
                return try Self.step(&state, channel, limits)
            }
        } catch {
            throw fail(error)
        }
    }

    /// What is there is taken first; then the socket is looked at, once.
    private static func step(
        _ state: inout State, _ channel: Channel, _ limits: HTTPLimits
    ) throws(BodyError) -> Step {
        let bytes = try state.coding.take(from: &state.buffer, atMost: limits.bodyPiece)
        if !bytes.isEmpty { return .piece(bytes) }
        guard !state.coding.isEnded else { return .end }
        do throws(ChannelError) {
            if case .length(let left) = state.coding {
                let piece = try channel.receive(atMost: min(left, limits.bodyPiece))
                guard let piece else { return .wait(state.pace.patience) }
                guard !piece.isEmpty else { throw .broken(0) }
                state.coding = BodyCoding(length: left - piece.count)
                state.pace.receive(piece.count)
                return .piece(piece)
            }
            guard let count = try channel.receive(into: &state.buffer) else {
                return .wait(state.pace.patience)
            }
            guard count > 0 else { throw .broken(0) }
            state.pace.receive(count)
        } catch {
            throw BodyError(error)
        }
        return .wait(.zero)
    }

    private func wait(_ patience: Duration) async throws(BodyError) {
        guard patience > .zero else { return }
        let start = Instant.now
        do throws(ChannelError) {
            try await channel.wait(for: .read, until: start + patience)
        } catch .timedOut {
            // The pace decides.
        } catch {
            throw fail(.init(error))
        }
        let moves = state.withLock { $0.pace.wait(.now - start) }
        guard moves else { throw fail(.stalled) }
    }

    private func fail(_ error: BodyError) -> BodyError {
        state.withLock { $0.failure = $0.failure ?? error }
        return error
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
