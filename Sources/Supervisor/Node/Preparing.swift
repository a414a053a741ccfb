import FoundationEssentials

/// Staging of what lies on this host already, as an operation.
extension NodeSupervisor {
    /// How many go on at once, one of each plan.
    private static let preparations = 2

    /// Begins to stage a file of this host, for a caller who could have put it there by hand.
    ///
    /// - Returns: An operation that has ended when these very bytes are staged.
    package func prepare(
        _ name: PlanName, from path: String, by originator: Originator,
        key: Operation.IdempotencyKey? = nil
    ) async throws(PrepareRefusal) -> Operation {
        if let earlier = try earlierPreparation(key) { return earlier }
        let source = try await open(path)
        let target = try await freeTarget(name)
        let isStaged = await isStaged(source, as: target)
        if let earlier = try earlierPreparation(key) { return earlier }
        try requireRoom(for: name)
        var operation = begin(.prepare, plan: name.text, by: originator, key: key)
        if isStaged {
            operation.staged = target.binary
            memory.operations.record(operation)
            return done(operation)
        }
        operation.progress = Operation.Progress(done: 0, total: source.size, unit: .bytes)
        memory.operations.record(operation)
        let isCancelled = Locked(false)
        memory.cancellations[operation.id] = { isCancelled.withLock { $0 = true } }
        let preparation = Preparation(
            operation: operation.id, name: name, source: source, isCancelled: isCancelled)
        work { await self.carryOut(preparation, by: originator) }
        publish()
        return operation
    }

    // MARK: - Whether

    private func earlierPreparation(
        _ key: Operation.IdempotencyKey?
    ) throws(PrepareRefusal) -> Operation? {
        do throws(WishRefusal) {
            return try earlier(key)
        } catch {
            throw .wish(error)
        }
    }

    private func open(_ path: String) async throws(PrepareRefusal) -> LocalFile {
        do throws(ForeignFileError) {
            return try await staging.pool.run { () throws(ForeignFileError) in
                try LocalFile(path)
            }
        } catch {
            throw .source("\(error)")
        }
    }

    private func freeTarget(_ name: PlanName) async throws(PrepareRefusal) -> StagingTarget {
        do throws(StagingRefusal) {
            let target = try await stagingTarget(for: name)
            try target.requireFree()
            return target
        } catch {
            throw .staging(error)
        }
    }

    private func isStaged(_ source: LocalFile, as target: StagingTarget) async -> Bool {
        guard target.placed != nil, target.binary.size == source.size else { return false }
        return await staging.pool.run { source.sha256 } == target.binary.sha256
    }

    private func requireRoom(for name: PlanName) throws(PrepareRefusal) {
        let running = memory.operations.running.filter { $0.kind == .prepare }
        let same = running.first { operation in
            operation.plan.flatMap { try? planName($0) } == name
        }
        if let other = same ?? (running.count < Self.preparations ? nil : running.first) {
            throw .wish(.operationInProgress(other))
        }
    }

    // MARK: - The work

    private func carryOut(_ preparation: Preparation, by originator: Originator) async {
        do throws(StagingRefusal) {
            let received = try await copy(preparation, by: originator)
            let answer = try await stage(
                received, for: preparation.name, from: .path, by: originator, isVouchedFor: true,
                if: .anything)
            change(preparation) { $0.staged = answer.binary }
            finish(preparation, .succeeded)
        } catch .cancelled {
            finish(preparation, .cancelled)
        } catch {
            finish(preparation, .failed, error.failure)
        }
    }

    private func finish(
        _ preparation: Preparation, _ state: Operation.State, _ failure: Operation.Failure? = nil
    ) {
        memory.cancellations[preparation.operation] = nil
        guard let operation = memory.operations[preparation.operation] else { return }
        end(operation, state, failure)
        publish()
    }

    private func change(_ preparation: Preparation, _ body: (inout Operation) -> Void) {
        guard var operation = memory.operations[preparation.operation] else { return }
        body(&operation)
        memory.operations.record(operation)
    }

    /// Into quarantine, some megabytes at a time, so that others get their turn on the pool.
    private func copy(
        _ preparation: Preparation, by originator: Originator
    ) async throws(StagingRefusal) -> Received {
        var announcement = Quarantine.Announcement(
            plan: preparation.name, originator: originator)
        announcement.length = preparation.source.size
        let quarantine = staging.quarantine
        var intake = try await staging.pool.run { [announcement] () throws(StagingRefusal) in
            try quarantine.begin(announcement)
        }
        do throws(StagingRefusal) {
            while intake.offset < preparation.source.size {
                guard !preparation.isCancelled.withLock(\.self), !Task.isCancelled else {
                    throw .cancelled
                }
                intake = try await staging.pool.run { [intake] () throws(StagingRefusal) in
                    try intake.appending(from: preparation.source)
                }
                change(preparation) { [offset = intake.offset] in $0.progress?.done = offset }
                publishing.raise()
            }
            return try await staging.pool.run { [intake] () throws(StagingRefusal) in
                try intake.complete()
            }
        } catch {
            await staging.pool.run { [intake] in intake.discard() }
            throw error
        }
    }

    /// One preparation under way.
    private struct Preparation: Sendable {
        let operation: EventID
        let name: PlanName
        let source: LocalFile
        let isCancelled: Locked<Bool>
    }
}

/// Why a file of this host is not staged.
package enum PrepareRefusal: Error, Sendable, Equatable {
    case wish(WishRefusal)
    case staging(StagingRefusal)
    /// What the path is, or why it cannot be read, as a clause.
    case source(String)
}
