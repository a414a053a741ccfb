/// Events of the past, oldest first.
package struct EventPage: Sendable, Equatable {
    package let events: [Event]
    /// Whether they begin with the very next one; what is between is lost else, or of another
    /// history.
    package let isGapless: Bool
}

extension Journal {
    /// The newest event's; 0 when nothing was told yet.
    package var newest: EventID {
        state.withLock { EventID(journal: $0.name, number: $0.last) }
    }

    /// The events after one, `limit` at most.
    ///
    /// Reads the files for what is no longer in memory; it blocks then. After an event of another
    /// history, or one to come, it begins with the oldest.
    package func page(after id: EventID, limit: Int) -> EventPage {
        let (name, last, recent) = state.withLock { ($0.name, $0.last, $0.recent) }
        guard id.journal == name, id.number <= last else {
            return EventPage(events: oldest(limit: limit), isGapless: false)
        }
        if id.number == last { return EventPage(events: [], isGapless: true) }
        if let first = recent.first, first.id.number <= id.number + 1 {
            let events = recent.lazy.filter { $0.id.number > id.number }.prefix(limit)
            return EventPage(events: Array(events), isGapless: true)
        }
        return older(after: id, limit: limit)
    }

    /// The oldest events that are kept, `limit` at most; it blocks.
    package func oldest(limit: Int) -> [Event] {
        let name = name
        var events: [Event] = []
        for path in files.all.reversed() where events.count < limit {
            // Line by line: a lazy collection would read the file anew for each.
            for line in files.lines(of: path) where events.count < limit {
                guard let event = Event(line: line), event.id.journal == name else { continue }
                events.append(event)
            }
        }
        // Before anything was written, memory is all there is.
        return events.isEmpty ? Array(state.withLock(\.recent).prefix(limit)) : events
    }

    /// Every operation that the kept files tell of, as far as it went; it reads them all.
    func keptOperations() -> OperationBook {
        let mark = Array(#""kind":"operation_"#.utf8)
        var events: [Event] = []
        for path in files.all.reversed() {
            events += files.lines(of: path).lazy.filter { $0.firstRange(of: mark) != nil }
                .compactMap(Event.init(line:))
        }
        return OperationBook(events: events)
    }

    private func older(after id: EventID, limit: Int) -> EventPage {
        let rotations = state.withLock(\.rotations)
        var page = EventPage(kept(after: id, limit: limit), after: id)
        // A file may have been moved on between the looks at two of them.
        if !page.isGapless, state.withLock(\.rotations) != rotations {
            page = EventPage(kept(after: id, limit: limit), after: id)
        }
        return page
    }

    private func kept(after id: EventID, limit: Int) -> [Event] {
        var found: [Event] = []
        for path in files.all.reversed() where found.count < limit {
            let lines = files.lines(of: path)
            let rest = lines[Self.firstLine(of: lines, after: id)...]
            for line in rest where found.count < limit {
                guard let event = Event(line: line), event.id.journal == id.journal,
                    event.id.number > id.number
                else { continue }
                found.append(event)
            }
        }
        return found
    }

    /// Where the lines after an event begin, found without reading them all.
    private static func firstLine(of lines: [Substring.UTF8View], after id: EventID) -> Int {
        var (low, high) = (0, lines.count)
        while low < high {
            let middle = (low + high) / 2
            // A line that cannot be read says nothing: those after it are looked at one by one.
            guard let event = Event(line: lines[middle]), event.id.journal == id.journal else {
                return low
            }
            if event.id.number > id.number { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension EventPage {
    /// As many of what is kept as belong together.
    fileprivate init(_ kept: [Event], after id: EventID) {
        isGapless = kept.first.map { $0.id.number == id.number + 1 } ?? false
        let first = kept.first?.id.number ?? 0
        events = Array(
            kept.enumerated().prefix { $1.id.number == first + Int64($0) }.map(\.element))
    }
}

extension NodeSupervisor {
    /// The events after one, or the oldest, `limit` at most; read where a disk may be waited for.
    package nonisolated func events(after id: EventID?, limit: Int) async -> EventPage {
        await pool.run { [journal] () throws(Never) in
            guard let id else {
                return EventPage(events: journal.oldest(limit: limit), isGapless: true)
            }
            return journal.page(after: id, limit: limit)
        }
    }
}
