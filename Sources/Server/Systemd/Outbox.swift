import Supervisor

/// What is still to be told to systemd, in order.
///
/// A service manager that does not read must not make us grow: of statuses only the newest waits,
/// and never more than one ping.
final class Outbox: Sendable {
    enum Message: Sendable {
        /// Assignments, one a line: READY=1, STOPPING=1 and the like.
        case state(String)
        case status(String)
        /// WATCHDOG=1.
        case ping
        /// Keep a copy of this descriptor for our next run.
        case keep(Descriptor, name: String)
        case drop(name: String)
    }

    private struct State {
        var waiting: [Message] = []
        var isSending = false
    }

    private let state = Locked(State())
    private let arrivals: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init() {
        (arrivals, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Everything was told.
    var isEmpty: Bool { state.withLock { $0.waiting.isEmpty && !$0.isSending } }

    func add(_ message: Message) {
        state.withLock { state in
            switch message {
            case .status: state.waiting.removeAll(where: \.isStatus)
            case .ping: state.waiting.removeAll(where: \.isPing)
            case .state, .keep, .drop: break
            }
            state.waiting.append(message)
        }
        bell.yield()
    }

    /// Hands each message to `body`, which may block, until the task is cancelled.
    func forward(_ body: (Message) -> Void) async {
        for await _ in arrivals {
            while let message = next() { body(message) }
        }
    }

    private func next() -> Message? {
        state.withLock { state in
            state.isSending = !state.waiting.isEmpty
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
    }
}

extension Outbox.Message {
    fileprivate var isStatus: Bool {
        guard case .status = self else { return false }
        return true
    }

    fileprivate var isPing: Bool {
        guard case .ping = self else { return false }
        return true
    }
}
