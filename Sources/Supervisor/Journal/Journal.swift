import FoundationEssentials
import Glibc

/// The history of the node: kept in memory for readers, and appended to a file by a thread of its
/// own, so that no disk can hold up whoever tells something.
package final class Journal: Sendable {
    struct State {
        var name: String
        var last: Int64
        /// The newest of this run, oldest first: all that is not in the files, and some more.
        var recent: [Event] = []
        /// The last that is in the files, or was given up.
        var written: Int64
        var rotations = 0
        var readers: [Int: JournalReader] = [:]
        var nextReader = 0
        var dropped = 0
    }

    /// How many events are kept in memory, and how far behind a reader may be.
    static let recentLimit = 64
    package static let readerLimit = 256

    let state: Locked<State>
    let files: JournalFiles
    private let unwritten: AsyncStream<Event>
    private let queue: AsyncStream<Event>.Continuation

    /// Takes up the history of the home; one that is lost or unreadable begins under another name.
    init(files: JournalFiles) {
        self.files = files
        (unwritten, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(65_536))
        let last = files.lastLine.flatMap(Event.init(line:))?.id
        let number = last?.number ?? 0
        state = Locked(
            State(name: last?.journal ?? Self.newName(), last: number, written: number))
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
            state.forgetOld()
            if case .dropped = queue.yield(event) { state.dropped += 1 }
            return (event, state.deliver(event))
        }
        // Not under the lock, which their end takes.
        for reader in laggards { reader.end() }
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
            if files.rotateIfFull(target) {
                state.withLock { $0.rotations += 1 }
                target = try files.open()
            }
            try files.append(event.line, to: target)
            state.withLock { $0.written = event.id.number }
            return target
        } catch {
            state.withLock { state in
                state.dropped += 1
                state.written = event.id.number
            }
            return nil
        }
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
    init?(line: Substring.UTF8View) {
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(line)) else {
            return nil
        }
        self = event
    }
}
