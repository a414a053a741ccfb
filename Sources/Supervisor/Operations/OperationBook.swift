import FoundationEssentials

/// The last 200 operations, derived from the history and kept in step with it.
package struct OperationBook: Sendable, Equatable {
    static let limit = 200

    /// Oldest first.
    private var operations: [Operation] = []

    init() {}

    /// Rebuilds it from events, oldest first.
    init(events: some Sequence<Event>) {
        for event in events {
            guard event.kind == .operationStarted || event.kind == .operationFinished,
                let operation = event.data["operation"].flatMap(Operation.init)
            else { continue }
            record(operation)
        }
    }

    /// Newest first.
    package var newestFirst: [Operation] { operations.reversed() }
    package var running: [Operation] { operations.filter(\.isRunning) }

    package subscript(id: EventID) -> Operation? { operations.last { $0.id == id } }

    /// The operation that a request of this key began.
    package func operation(forKey text: String) -> Operation? {
        operations.last { $0.key?.text == text }
    }

    /// Puts what an earlier run knew before what this one knows.
    mutating func prepend(_ earlier: OperationBook) {
        let known = Set(operations.map(\.id))
        operations = (earlier.operations.filter { !known.contains($0.id) } + operations)
            .suffix(Self.limit)
    }

    /// Adds it, or replaces what was known of it.
    mutating func record(_ operation: Operation) {
        if let index = operations.lastIndex(where: { $0.id == operation.id }) {
            operations[index] = operation
        } else {
            operations.append(operation)
            if operations.count > Self.limit { operations.removeFirst() }
        }
    }
}
