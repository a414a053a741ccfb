import Supervisor

/// Waits for the ends of operations, as long as clients like to.
struct Waiting: Sendable {
    let board: StatusBoard
    let places: StreamPlaces

    /// A place to wait, to be had before anything is begun; nil when there is nothing to wait for.
    /// - Throws: 503 when all places are taken.
    func place(for patience: Patience?, of caller: Caller) throws(Problem) -> StreamPlace? {
        guard let patience, patience.seconds > 0 else { return nil }
        return try places.take(for: caller)
    }

    /// The operation once it has ended, the time is over, the client has left or the server drains.
    func end(
        of operation: Operation, for patience: Patience, client: ClientWatch,
        in place: StreamPlace?
    ) async -> Operation {
        guard operation.isRunning, let place else { return operation }
        let board = board
        let id = operation.id
        let latest = await client.attend(atMost: .seconds(patience.seconds)) {
            for await status in board.changes() where status.operations[id]?.isRunning == false {
                break
            }
            return board.status.operations[id]
        }
        withExtendedLifetime(place) {}
        return latest ?? operation
    }
}
