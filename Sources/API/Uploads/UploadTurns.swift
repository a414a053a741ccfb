import Supervisor

/// Sees to it that one request at a time works on an upload: the last one wins, for a client that
/// was cut off comes back before we have noticed.
final class UploadTurns: Sendable {
    private let turns = Locked<[String: Turn]>([:])

    private final class Turn: Sendable {
        let isOver: AsyncStream<Never>
        private let over: AsyncStream<Never>.Continuation
        let hasEnded: AsyncStream<Never>
        private let ended: AsyncStream<Never>.Continuation

        init() {
            (isOver, over) = AsyncStream.makeStream()
            (hasEnded, ended) = AsyncStream.makeStream()
        }

        func finish() { over.finish() }
        func end() { ended.finish() }
    }

    /// Ends an earlier request on the upload, then runs the body, whose task is cancelled when a
    /// later one comes.
    func take<Value: Sendable>(
        _ id: String, _ body: @escaping @Sendable () async -> Value
    ) async -> Value {
        let turn = Turn()
        let earlier = turns.withLock { turns in
            defer { turns[id] = turn }
            return turns[id]
        }
        if let earlier {
            earlier.finish()
            for await _ in earlier.hasEnded {}
        }
        defer {
            turns.withLock { if $0[id] === turn { $0[id] = nil } }
            turn.end()
        }
        return await result(of: body, cancelledBy: [{ for await _ in turn.isOver {} }])
    }
}

/// The places for uploads: two for each kind of listener, of which a caller may hold one.
struct UploadSlots: Sendable {
    private let unix = Slots<Originator>.uploads()
    private let tcp = Slots<Originator>.uploads()

    func take(for originator: Originator, on listener: ListenerKind) throws(Problem) -> Slot {
        let slots =
            switch listener {
            case .unix: unix
            case .tcp: tcp
            }
        do throws(SlotRefusal) {
            return try slots.take(for: originator)
        } catch {
            throw Problem(upload: error)
        }
    }
}
