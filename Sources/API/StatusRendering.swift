import Supervisor

/// The status as JSON, encoded once for each status that is published.
///
/// Encoding takes longer than all the rest of an answer, and many ask for the same status.
final class StatusRendering: Sendable {
    private let board: StatusBoard
    private let last = Locked<(revision: Int, bytes: [UInt8])?>(nil)

    init(_ board: StatusBoard) {
        self.board = board
    }

    var bytes: [UInt8] {
        let (status, revision) = board.numbered
        if let last = last.withLock(\.self), last.revision == revision { return last.bytes }
        let bytes = jsonBytes(of: StatusBody(status))
        last.withLock { last in
            // Another may have rendered a later one meanwhile.
            if last.map({ $0.revision < revision }) ?? true { last = (revision, bytes) }
        }
        return bytes
    }
}
