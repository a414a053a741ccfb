/// One who follows what is told, as far behind as 256 events.
package struct JournalReader: Sendable {
    /// Ends when the reader has fallen too far behind, after those it may still have.
    package let turns: AsyncStream<Turn>
    private let source: AsyncStream<Turn>.Continuation

    package enum Turn: Sendable, Equatable {
        case told(Event)
        /// Somebody has nudged, nothing more.
        case nudged
    }

    package init() {
        (turns, source) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Journal.readerLimit))
    }

    /// Gives the reader a turn though nothing was told; one that is far behind has enough to do.
    package func nudge() { source.yield(.nudged) }

    /// Lets the reader go.
    package func end() { source.finish() }

    /// - Returns: False when it is too far behind.
    fileprivate func tell(_ event: Event) -> Bool {
        guard case .dropped = source.yield(.told(event)) else { return true }
        return false
    }

    fileprivate func whenGone(_ body: @escaping @Sendable () -> Void) {
        source.onTermination = { _ in body() }
    }
}

extension Journal {
    /// Has the reader told what comes from now on.
    ///
    /// - Returns: The newest event that it is not told.
    @discardableResult
    package func attach(_ reader: JournalReader) -> EventID {
        let (key, newest) = state.withLock { state in
            (state.add(reader), EventID(journal: state.name, number: state.last))
        }
        forgetWhenGone(reader, key)
        return newest
    }

    /// Has the reader told what came after an event, and goes on to come.
    ///
    /// - Returns: False when that goes further back than memory, or is of another history; the
    ///   reader is not attached then.
    package func attach(_ reader: JournalReader, after id: EventID) -> Bool {
        let key = state.withLock { state -> Int? in
            guard id.journal == state.name, id.number <= state.last else { return nil }
            let missed = state.recent.suffix(while: { $0.id.number > id.number })
            let isWhole = missed.first.map { $0.id.number == id.number + 1 } ?? true
            guard id.number == state.last || isWhole && !missed.isEmpty,
                missed.count < Self.readerLimit
            else { return nil }
            for event in missed { _ = reader.tell(event) }
            return state.add(reader)
        }
        guard let key else { return false }
        forgetWhenGone(reader, key)
        return true
    }

    private func forgetWhenGone(_ reader: JournalReader, _ key: Int) {
        reader.whenGone { [weak self] in
            self?.state.withLock { $0.readers[key] = nil }
        }
    }
}

extension Journal.State {
    /// - Returns: Those that are too far behind, and no readers any more.
    mutating func deliver(_ event: Event) -> [JournalReader] {
        var laggards: [JournalReader] = []
        for (key, reader) in readers where !reader.tell(event) {
            readers[key] = nil
            laggards.append(reader)
        }
        return laggards
    }

    fileprivate mutating func add(_ reader: JournalReader) -> Int {
        nextReader += 1
        readers[nextReader] = reader
        return nextReader
    }

    /// Drops from memory what the files have, but for the newest.
    mutating func forgetOld() {
        guard recent.count > Journal.recentLimit * 2 else { return }
        let unwritten = Int(clamping: last - written)
        let count = recent.count - max(Journal.recentLimit, unwritten)
        if count >= Journal.recentLimit { recent.removeFirst(count) }
    }
}

extension [Event] {
    /// The last elements, as far back as they fulfil the condition.
    fileprivate func suffix(while isSo: (Event) -> Bool) -> ArraySlice<Event> {
        self[(lastIndex { !isSo($0) }.map { $0 + 1 } ?? startIndex)...]
    }
}
