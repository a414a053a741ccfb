import CLinux
import Glibc
import Supervisor
import Synchronization

/// The connections of one listener: which are idle, and whether new ones are wanted.
final class ConnectionTable: Sendable {
    fileprivate struct Entry {
        let descriptor: Descriptor
        /// Nil while it is at work.
        var idleSince: Instant?
        /// Shut down by us; its task has not noticed yet.
        var isLeaving = false
    }

    fileprivate struct State {
        var entries: [Int: Entry] = [:]
        var nextID = 0
        /// Ends the wait of whoever accepts.
        var listening: (@Sendable () -> Void)?
        var isStopping = false
    }

    // A lock, because the accepting task, every connection's task and whoever stops the server
    // share it, and nothing waits while holding it.
    fileprivate let state = Mutex(State())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    var isStopping: Bool { state.withLock(\.isStopping) }
    var count: Int { state.withLock(\.entries.count) }

    /// Says how to end the wait for new connections, for `stop` to do.
    func listens(ending: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.listening = ending
            if state.isStopping { state.endListening() }
        }
    }

    /// Enters a connection, evicting the one idle longest when there are too many.
    /// - Returns: Nil when all are at work, or the server stops.
    func enter(_ descriptor: Descriptor) -> Ticket? {
        state.withLock { state in
            guard !state.isStopping else { return nil }
            let staying = state.entries.values.count { !$0.isLeaving }
            guard staying < limit || state.evict() else { return nil }
            state.nextID += 1
            state.entries[state.nextID] = Entry(descriptor: descriptor, idleSince: .now)
            return Ticket(id: state.nextID, table: self)
        }
    }

    /// Ends the connection that is idle longest, to get its descriptor back.
    func evictIdle() {
        state.withLock { _ = $0.evict() }
    }

    /// Lets nobody in any more and ends the idle connections; the others end with their answer.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            state.endListening()
            state.leave { $0.idleSince != nil }
        }
    }

    /// Ends every connection where it is.
    func cutOff() {
        state.withLock { $0.leave { _ in true } }
    }

    /// A connection's place in the table.
    struct Ticket: Sendable {
        fileprivate let id: Int
        fileprivate let table: ConnectionTable

        var isStopping: Bool { table.isStopping }

        func becomeIdle() {
            table.state.withLock { $0.entries[id]?.idleSince = .now }
        }

        func becomeBusy() {
            table.state.withLock { $0.entries[id]?.idleSince = nil }
        }

        func leave() {
            table.state.withLock { _ = $0.entries.removeValue(forKey: id) }
        }
    }
}

extension ConnectionTable.State {
    fileprivate mutating func endListening() {
        listening?()
        listening = nil
    }

    fileprivate mutating func evict() -> Bool {
        let idle = entries.filter { !$0.value.isLeaving && $0.value.idleSince != nil }
        let longest = idle.min { left, right in
            guard let left = left.value.idleSince, let right = right.value.idleSince else {
                return false
            }
            return left < right
        }
        guard let id = longest?.key else { return false }
        leave(id)
        return true
    }

    fileprivate mutating func leave(where isMeant: (ConnectionTable.Entry) -> Bool) {
        for (id, entry) in entries where isMeant(entry) { leave(id) }
    }

    /// The connection's task reads the end of the stream, and goes.
    private mutating func leave(_ id: Int) {
        guard let entry = entries[id] else { return }
        shutdown(entry.descriptor.number, Int32(SHUT_RDWR))
        entries[id]?.isLeaving = true
    }
}
