import API
import CLinux
import Glibc
import Supervisor
import Synchronization

/// The connections of one listener: which are idle, and whether new ones are wanted.
final class ConnectionTable: Sendable {
    // A lock, because the accepting task, every connection's task and whoever stops the server
    // share it, and nothing waits while holding it.
    private let state = Mutex(State())
    private let limit: Int
    private let kind: ListenerKind
    private let loop: EventLoop
    private let counters: HTTPCounters

    init(limit: Int, kind: ListenerKind, loop: EventLoop, counters: HTTPCounters) {
        self.limit = limit
        self.kind = kind
        self.loop = loop
        self.counters = counters
    }

    /// The table of the same listener on another loop, with no connections yet.
    func successor(on loop: EventLoop) -> ConnectionTable {
        ConnectionTable(limit: limit, kind: kind, loop: loop, counters: counters)
    }

    var isStopping: Bool { state.withLock(\.isStopping) }
    /// Another table has taken its place; the socket is that one's.
    var isRetired: Bool { state.withLock(\.isRetired) }
    var count: Int { state.withLock(\.entries.count) }

    /// Says how to end the wait for new connections, for `stop` to do.
    func listens(ending: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.listening = ending
            if state.isStopping { state.endListening() }
        }
    }

    /// Enters a connection, evicting the one that has waited longest when there are too many.
    /// - Returns: Nil when all are at work, or the server stops.
    func enter(_ descriptor: Descriptor) -> Ticket? {
        state.withLock { state in
            guard !state.isStopping else { return nil }
            let staying = state.entries.count - state.leaving
            guard staying < limit || evict(from: &state) else {
                counters.count(.capacity)
                return nil
            }
            state.nextID += 1
            state.entries[state.nextID] = Entry(descriptor: descriptor, occupation: .fresh(.now))
            counters.count { $0.connections[kind] += 1 }
            return Ticket(id: state.nextID, table: self)
        }
    }

    /// Ends the connection that has waited longest, to get its descriptor back.
    func evictIdle() {
        state.withLock { _ = evict(from: &$0) }
    }

    private func evict(from state: inout State) -> Bool {
        guard state.evict() else { return false }
        counters.count { $0.evictions[kind] += 1 }
        return true
    }

    /// Lets nobody in any more, ends the idle connections and tells the streams; the others end
    /// with their answer, those too that have connected and not got round to asking.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            state.endListening()
            for (id, entry) in state.entries {
                switch entry.occupation {
                case .idle: state.leave(id, SHUT_RD)
                case .fresh, .arriving: break
                case .busy: loop.endWait(for: .hangup, on: entry.descriptor.number)
                }
            }
        }
    }

    /// Stops without a word to the socket, which another table goes on with.
    ///
    /// The connections count as gone: their loop hangs and may never say so.
    func retire() {
        state.withLock { state in
            if !state.isRetired {
                counters.count { $0.connections[kind] -= state.entries.count }
            }
            state.listening = nil
            state.isStopping = true
            state.isRetired = true
        }
    }

    /// Ends every connection where it is.
    func cutOff() {
        state.withLock { state in
            for id in state.entries.keys { state.leave(id, SHUT_RDWR) }
        }
    }

    /// A connection's place in the table.
    struct Ticket: Sendable {
        fileprivate let id: Int
        fileprivate let table: ConnectionTable

        var isStopping: Bool { table.isStopping }

        func becomeIdle() {
            table.state.withLock { $0.entries[id]?.occupation = .idle(.now) }
        }

        /// Some of a head has come.
        ///
        /// Until the rest has, it is as good as idle: a thousand clients that send a byte now and
        /// then must not keep the others out.
        func becomeArriving() {
            table.state.withLock { state in
                switch state.entries[id]?.occupation {
                case .fresh(let since), .idle(let since):
                    state.entries[id]?.occupation = .arriving(since)
                case .arriving, .busy, nil: break
                }
            }
        }

        func becomeBusy() {
            table.state.withLock { $0.entries[id]?.occupation = .busy }
        }

        func leave() {
            table.state.withLock { state in
                guard let entry = state.entries.removeValue(forKey: id) else { return }
                if entry.isLeaving { state.leaving -= 1 }
                guard !state.isRetired else { return }
                table.counters.count { $0.connections[table.kind] -= 1 }
            }
        }
    }
}

extension ConnectionTable {
    fileprivate enum Occupation {
        /// Accepted, and nothing came yet.
        case fresh(Instant)
        case idle(Instant), arriving(Instant)
        case busy

        var waitsSince: Instant? {
            switch self {
            case .fresh(let since), .idle(let since), .arriving(let since): since
            case .busy: nil
            }
        }
    }

    fileprivate struct Entry {
        let descriptor: Descriptor
        var occupation: Occupation
        /// Shut down by us; its task has not noticed yet.
        var isLeaving = false
    }

    fileprivate struct State {
        var entries: [Int: Entry] = [:]
        /// How many of them are.
        var leaving = 0
        var nextID = 0
        /// Ends the wait of whoever accepts.
        var listening: (@Sendable () -> Void)?
        var isStopping = false
        var isRetired = false
    }
}

extension ConnectionTable.State {
    fileprivate mutating func endListening() {
        listening?()
        listening = nil
    }

    fileprivate mutating func evict() -> Bool {
        var longest: (id: Int, since: Instant)?
        for (id, entry) in entries where !entry.isLeaving {
            guard let since = entry.occupation.waitsSince else { continue }
            if longest.map({ since < $0.since }) ?? true { longest = (id, since) }
        }
        guard let id = longest?.id else { return false }
        leave(id, SHUT_RDWR)
        return true
    }

    /// The connection's task reads the end of the stream, behind what has come before, and goes.
    fileprivate mutating func leave(_ id: Int, _ directions: Int) {
        guard let entry = entries[id] else { return }
        shutdown(entry.descriptor.number, Int32(directions))
        if !entry.isLeaving { leaving += 1 }
        entries[id]?.isLeaving = true
    }
}
