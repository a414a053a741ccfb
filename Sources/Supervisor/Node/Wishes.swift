import FoundationEssentials

/// What callers of the API may ask of the node; each makes one operation.
extension NodeSupervisor {
    /// Starts the node, lifts a hold and tries a blocked step again.
    ///
    /// - Returns: An operation that has ended when the node runs already.
    package func start(
        by originator: Originator, key: Operation.IdempotencyKey? = nil
    ) throws(WishRefusal) -> Operation {
        if let earlier = try earlier(key) { return earlier }
        try requireNoOperation()
        if case .running = lifecycle.phase, memory.hold == nil {
            return done(begin(.start, by: originator, key: key))
        }
        return try wish(.start, .start, by: originator, key: key)
    }

    /// Ends the daemon in order and starts it anew.
    package func restart(
        by originator: Originator, key: Operation.IdempotencyKey? = nil, reason: String? = nil
    ) throws(WishRefusal) -> Operation {
        if let earlier = try earlier(key) { return earlier }
        try requireNoOperation()
        return try wish(.restart, .restart, by: originator, key: key, reason: reason)
    }

    /// Stops the node; never refused for what is under way.
    ///
    /// - Parameter hold: keeps it stopped, over restarts of ours too, until `start`; it is durable
    ///   when this returns.
    /// - Throws: `.holdNotKept`; nothing was stopped then.
    package func stop(
        hold: Hold?, by originator: Originator, key: Operation.IdempotencyKey? = nil,
        reason: String? = nil
    ) async throws(WishRefusal) -> Operation {
        if let earlier = try earlier(key) { return earlier }
        if let hold {
            try await keep(hold, by: originator)
            // The same request may have come again while the disk was written.
            if let earlier = try earlier(key) { return earlier }
        }
        if case .idle = lifecycle.phase {
            return done(begin(.stop, by: originator, key: key, reason: reason))
        }
        return try wish(.stop, .stop, by: originator, key: key, reason: reason)
    }

    private func keep(_ hold: Hold, by originator: Originator) async throws(WishRefusal) {
        let home = setup.home
        // Synced, which a disk may take its time for.
        do throws(SystemError) {
            try await onPool { () throws(SystemError) in try HoldFile.write(hold, in: home) }
        } catch {
            throw .holdNotKept(error)
        }
        memory.hold = hold
        tell(
            .holdChanged, by: originator,
            .object(["held": .bool(true), "reason": JSONValue(hold.reason)]))
    }

    /// The operation that this very request began before.
    func earlier(_ key: Operation.IdempotencyKey?) throws(WishRefusal) -> Operation? {
        guard let key, let earlier = memory.operations.operation(forKey: key.text) else {
            return nil
        }
        guard earlier.key == key else { throw .keyReused }
        return earlier
    }

    func requireNoOperation() throws(WishRefusal) {
        let running = memory.operations.running.last { $0.kind != .prepare }
        if let running { throw .operationInProgress(running) }
    }

    func wish(
        _ kind: Operation.Kind, _ command: Lifecycle.Command, plan: String? = nil,
        by originator: Originator, key: Operation.IdempotencyKey?, reason: String? = nil
    ) throws(WishRefusal) -> Operation {
        let before = lifecycle.phase
        let effects: [Lifecycle.Effect]
        do throws(Lifecycle.Refusal) {
            effects = try lifecycle.request(command, at: .now)
        } catch {
            throw .lifecycle(error)
        }
        let operation = begin(kind, plan: plan, by: originator, key: key, reason: reason)
        follow(effects, from: before)
        publish()
        return memory.operations[operation.id] ?? operation
    }

    func done(_ operation: Operation) -> Operation {
        end(operation, .succeeded)
        publish()
        return memory.operations[operation.id] ?? operation
    }
}

/// Why something that was asked for is not even begun.
package enum WishRefusal: Error, Sendable, Equatable {
    case lifecycle(Lifecycle.Refusal)
    case operationInProgress(Operation)
    /// The idempotency key was used for another request.
    case keyReused
    case holdNotKept(SystemError)
    case planUnknown
    /// Why, as a clause.
    case planInUse(String)
    case planNotDue(String)
    /// And the checks of the preflight that stand in the way, if it is these.
    case notReady(String, checks: [PreflightCheck] = [])
    /// What the staged binary's is.
    case digestMismatch(staged: String?)
    /// That it is due could not be written down.
    case notKept(SystemError)
}
