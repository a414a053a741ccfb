import FoundationEssentials
import StageMessages

/// Where a binary is to come from.
package enum PrepareSource: Sendable, Equatable {
    /// From where the plan's info says.
    case plan
    case url(String)
    /// A file of this host.
    case path(String)
}

/// Staging of what lies on this host or elsewhere, as an operation.
extension NodeSupervisor {
    /// How many go on at once, one of each plan.
    private static let preparations = 2

    /// Begins to stage a binary.
    ///
    /// - Parameter mayVouch: The caller's word is enough for bytes that it names: by a path, or by a
    ///   digest in the address.
    /// - Returns: An operation that has ended when these very bytes are staged.
    package func prepare(
        _ name: PlanName, from source: PrepareSource, by originator: Originator, mayVouch: Bool,
        key: Operation.IdempotencyKey? = nil
    ) async throws(PrepareRefusal) -> Operation {
        let begun = try await beginToPrepare(
            name, from: source, by: originator, mayVouch: mayVouch, key: key)
        if let preparation = begun.preparation { work { await self.carryOut(preparation) } }
        return begun.operation
    }

    /// - Returns: Also what is still to be carried out, if that is anything.
    func beginToPrepare(
        _ name: PlanName, from source: PrepareSource, by originator: Originator, mayVouch: Bool,
        key: Operation.IdempotencyKey? = nil
    ) async throws(PrepareRefusal) -> (operation: Operation, preparation: Preparation?) {
        if let earlier = try earlierPreparation(key) { return (earlier, nil) }
        let target = try await freeTarget(name)
        let origin = try await origin(of: source, for: target, mayVouch: mayVouch)
        let isStaged = await isStaged(origin, as: target)
        if let earlier = try earlierPreparation(key) { return (earlier, nil) }
        try requireRoom(for: name)
        var operation = begin(.prepare, plan: name.text, by: originator, key: key)
        if isStaged {
            operation.staged = target.binary
            memory.operations.record(operation)
            return (done(operation), nil)
        }
        operation.progress = Operation.Progress(done: 0, total: origin.size, unit: .bytes)
        memory.operations.record(operation)
        let preparation = Preparation(
            operation: operation.id, name: name, origin: origin, originator: originator,
            mayVouch: mayVouch)
        memory.cancellations[operation.id] = { preparation.stop.raise() }
        publish()
        return (operation, preparation)
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

    private func origin(
        of source: PrepareSource, for target: StagingTarget, mayVouch: Bool
    ) async throws(PrepareRefusal) -> Preparation.Origin {
        do throws(SourceRefusal) {
            switch source {
            case .path(let path): return .file(try await open(path))
            case .url(let url):
                let rules = setup.sourceRules(for: mayVouch ? .operator : .chain)
                return .address(try BinaryAddress(binary: url, rules))
            case .plan:
                let info = target.plan?.info ?? ""
                let decision = SourceDecision(info: info, setup.sourceRules(for: .chain))
                if case .refused(let refusal) = decision { throw refusal }
                return .plan(info: info, decision)
            }
        } catch {
            throw .source(error)
        }
    }

    private func open(_ path: String) async throws(SourceRefusal) -> LocalFile {
        do throws(ForeignFileError) {
            return try await staging.pool.run { () throws(ForeignFileError) in
                try LocalFile(path)
            }
        } catch {
            throw SourceRefusal(.localFile, "the path cannot be used: \(error)")
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

    private func isStaged(
        _ origin: Preparation.Origin, as target: StagingTarget
    ) async -> Bool {
        guard let placed = target.placed, target.binary.isStaged else { return false }
        switch origin {
        case .file(let file):
            guard file.size == target.binary.size else { return false }
            return await staging.pool.run { file.sha256 } == target.binary.sha256
        case .address(let address), .plan(_, .fetch(let address, _, _)):
            guard case .digests(let named) = address.checksum else { return false }
            return named.fit(placed)
        case .plan: return false
        }
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
}

/// One preparation under way.
struct Preparation: Sendable {
    let operation: EventID
    let name: PlanName
    let origin: Origin
    let originator: Originator
    let mayVouch: Bool
    let stop = StopWish()

    enum Origin: Sendable {
        case file(LocalFile)
        case address(BinaryAddress)
        case plan(info: String, SourceDecision)

        /// Nil until it is known.
        var size: Int64? {
            guard case .file(let file) = self else { return nil }
            return file.size
        }

        var source: BinaryFacts.Source {
            switch self {
            case .file: .path
            case .address: .url
            case .plan: .plan
            }
        }
    }
}

/// Why a preparation is not begun.
package enum PrepareRefusal: Error, Sendable, Equatable {
    case wish(WishRefusal)
    case staging(StagingRefusal)
    case source(SourceRefusal)
}
