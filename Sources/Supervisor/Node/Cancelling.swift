/// Calling operations off.
extension NodeSupervisor {
    /// Begins to call an operation off; it ends a little later, as `cancelled` or as it was about to.
    ///
    /// After a switch the node runs the old binary again, or is blocked when the plan is due.
    ///
    /// - Parameter originator: whose doing the history says its end is.
    package func cancel(
        _ id: EventID, by originator: Originator
    ) throws(CancelRefusal) -> Operation {
        guard let operation = memory.operations[id] else { throw .unknown }
        guard operation.isCancellable else { throw .notCancellable(operation) }
        if operation.isSwitch {
            try cancelSwitch(operation, by: originator)
        } else {
            guard let cancel = memory.cancellations.removeValue(forKey: id) else {
                throw .notCancellable(operation)
            }
            memory.cancellers[id] = originator
            cancel()
        }
        publish()
        return memory.operations[id] ?? operation
    }

    private func cancelSwitch(
        _ operation: Operation, by originator: Originator
    ) throws(CancelRefusal) {
        let before = lifecycle.phase
        let effects: [Lifecycle.Effect]
        do throws(Lifecycle.Refusal) {
            effects = try lifecycle.request(.cancel, at: .now)
        } catch {
            throw .notCancellable(operation)
        }
        memory.cancellers[operation.id] = originator
        follow(effects, from: before)
    }
}

/// Why an operation is not called off.
package enum CancelRefusal: Error, Sendable, Equatable {
    case unknown
    /// It has ended, or is past the point where it can be undone.
    case notCancellable(Operation)
}
