import FoundationEssentials
import Glibc

/// The history of the node: kept in memory for readers, and appended to a file by a thread of its
/// own, so that no disk can hold up whoever tells something.
package final class Journal: Sendable {
    fileprivate struct State {
        var name: String
        var last: Int64
        /// The newest of this run, oldest first.
        var recent: [Event] = []
        var readers: [Int: AsyncStream<Event>.Continuation] = [:]
        var nextReader = 0
        var dropped = 0
    }

    /// How many events are kept in memory, and how far behind a reader may be.
    static let recentLimit = 64
    package static let readerLimit = 256

    fileprivate let state: Locked<State>
    private let files: JournalFiles
    private let unwritten: AsyncStream<Event>
    private let queue: AsyncStream<Event>.Continuation

    /// Takes up the history of the home; one that is lost or unreadable begins under another name.
    init(files: JournalFiles) {
        self.files = files
        (unwritten, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(65_536))
        let last = files.lastLine.flatMap(Event.init(line:))?.id
        state = Locked(State(name: last?.journal ?? Self.newName(), last: last?.number ?? 0))
    }

    package convenience init(home: Home) {
        self.init(files: JournalFiles(home: home))
    }

    /// Names this history; in every id.
    package var name: String { state.withLock(\.name) }
    /// Events that could not be written down.
    package var dropped: Int { state.withLock(\.dropped) }

    /// Tells something; readers have it at once, the file a little later.
    ///
    /// - Parameter data: made with the id that the event gets.
    @discardableResult
    package func append(
        _ kind: Event.Kind, by originator: Originator = .system, at now: Date = Date(),
        _ data: (EventID) -> JSONValue
    ) -> Event {
        let (event, laggards) = state.withLock { state in
            state.last += 1
            let id = EventID(journal: state.name, number: state.last)
            let event = Event(
                id: id, at: now, kind: kind, originator: originator, data: data(id))
            state.recent.append(event)
            if state.recent.count > Self.recentLimit * 2 {
                state.recent.removeFirst(Self.recentLimit)
            }
            if case .dropped = queue.yield(event) { state.dropped += 1 }
            return (event, state.deliver(event))
        }
        // Not under the lock, which their end takes.
        for reader in laggards { reader.finish() }
        return event
    }

    /// Writes what is told to the file, until the task is cancelled and all is written.
    ///
    /// It blocks, so it belongs on a thread of its own.
    func write() async {
        var file: Descriptor?
        for await event in unwritten { file = write(event, to: file) }
    }

    /// Ends `write` once everything told so far is written.
    func finish() { queue.finish() }

    private func write(_ event: Event, to file: Descriptor?) -> Descriptor? {
        do throws(SystemError) {
            var target: Descriptor
            if let file { target = file } else { target = try files.open() }
            if files.rotateIfFull(target) { target = try files.open() }
            try files.append(event.line, to: target)
            return target
        } catch {
            state.withLock { $0.dropped += 1 }
            return nil
        }
    }
}

// MARK: - Readers

extension Journal {
    /// The events after one, oldest first, `limit` at most.
    ///
    /// - Returns: Nil when that event is of another history, or what came after it is not kept.
    package func events(after id: EventID, limit: Int) -> [Event]? {
        let (name, last, recent) = state.withLock { ($0.name, $0.last, $0.recent) }
        guard id.journal == name, id.number <= last else { return nil }
        if id.number == last { return [] }
        if let first = recent.first, first.id.number <= id.number + 1 {
            return Array(recent.lazy.filter { $0.id.number > id.number }.prefix(limit))
        }
        return older(after: id, limit: limit)
    }

    /// The oldest events that are kept, `limit` at most.
    package func oldest(limit: Int) -> [Event] {
        let kept = files.all.reversed().lazy.flatMap { self.files.lines(of: $0) }
            .compactMap(Event.init(line:)).filter { $0.id.journal == self.name }
        let events = Array(kept.prefix(limit))
        // Before anything was written, memory is all there is.
        return events.isEmpty ? Array(state.withLock(\.recent).prefix(limit)) : events
    }

    /// The newest event's; 0 when nothing was told yet.
    package var newest: EventID {
        state.withLock { EventID(journal: $0.name, number: $0.last) }
    }

    /// Every operation that the kept files tell of, as far as it went; it reads them all.
    func keptOperations() -> OperationBook {
        let mark = Array(#""kind":"operation_"#.utf8)
        let lines = files.all.reversed().lazy.flatMap { self.files.lines(of: $0) }
            .filter { $0.firstRange(of: mark) != nil }
        return OperationBook(events: lines.compactMap(Event.init(line:)))
    }

    /// What is told from now on; the stream ends when its reader falls too far behind.
    package func follow() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingOldest(Self.readerLimit))
        let reader = state.withLock { state in
            state.nextReader += 1
            state.readers[state.nextReader] = continuation
            return state.nextReader
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.readers[reader] = nil }
        }
        return stream
    }

    /// Reads the files; it blocks.
    private func older(after id: EventID, limit: Int) -> [Event]? {
        var found: [Event] = []
        for path in files.all.reversed() where found.count < limit {
            let events = files.lines(of: path).lazy.compactMap(Event.init(line:))
                .filter { $0.id.journal == id.journal && $0.id.number > id.number }
            found += events.prefix(limit - found.count)
        }
        guard let first = found.first, first.id.number == id.number + 1 else { return nil }
        return found
    }
}

extension Journal.State {
    /// - Returns: Those that are too far behind, and no readers any more.
    fileprivate mutating func deliver(_ event: Event) -> [AsyncStream<Event>.Continuation] {
        var laggards: [AsyncStream<Event>.Continuation] = []
        for (id, reader) in readers {
            guard case .dropped = reader.yield(event) else { continue }
            readers[id] = nil
            laggards.append(reader)
        }
        return laggards
    }
}

// MARK: - The file

extension Journal {
    private static func newName() -> String {
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        return String((0..<4).compactMap { _ in letters.randomElement() })
    }
}

extension Event {
    /// JSON on one line, its end included.
    fileprivate var line: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers that are finite, and objects of them always encode.
        guard let data = try? encoder.encode(self) else { return [] }
        return Array(data) + [UInt8(ascii: "\n")]
    }

    /// Nil for a line that is torn or of another version.
    fileprivate init?(line: Substring.UTF8View) {
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(line)) else {
            return nil
        }
        self = event
    }
}
