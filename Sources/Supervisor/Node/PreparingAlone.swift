import FoundationEssentials

/// Getting the binary of a plan for a command, while nobody supervises this home.
extension NodeSupervisor {
    /// The plan that the chain has scheduled, asked by gRPC and then by RPC, as Cosmovisor's
    /// `prepare-upgrade` asks; nil for none.
    ///
    /// Nothing is touched; `run` need not have been called.
    package func scheduledPlan(until deadline: Instant) async throws(ChainQueryError) -> ChainPlan?
    {
        try await currentPlan(first: .grpc, until: deadline).0
    }

    /// What came of it.
    package enum LonePreparation: Sendable, Equatable {
        /// There is a binary, which is left as it is.
        case wasThere(BinaryFacts)
        case placed(BinaryFacts)
        case cancelled
        case failed(Operation.Failure)
    }

    /// Puts the binary of a plan in place, as an operation that stands in the history.
    ///
    /// The home's lock must be held, and `run` must not be called: no daemon is looked for, so that
    /// one may run otherwise. Cancelling the task calls it off.
    package func prepareAlone(
        _ plan: UpgradePlan, by originator: Originator
    ) async -> LonePreparation {
        do throws(StartRefusal) {
            try makeOwnFolder()
        } catch {
            return .failed(.unplaced("\(error)"))
        }
        memory.chain.announcement = Announcement(plan: plan, since: Date(), source: .grpc)
        let release = setup.home.release(for: plan.name)
        if let known = facts(in: release.directory)?.binary, known.isStaged {
            return .wasThere(known)
        }
        return await withTaskGroup(returning: LonePreparation.self) { group in
            group.addTask { await self.writeJournal() }
            let result = await prepareHere(plan.name, by: originator)
            journal.finish()
            return result
        }
    }

    private func prepareHere(_ name: PlanName, by originator: Originator) async -> LonePreparation {
        let begun: (operation: Operation, preparation: Preparation?)
        do throws(PrepareRefusal) {
            begun = try await beginToPrepare(name, from: .plan, by: originator, mayVouch: false)
        } catch {
            return .failed(Operation.Failure(error))
        }
        if let preparation = begun.preparation {
            await withTaskCancellationHandler {
                await carryOut(preparation)
            } onCancel: {
                preparation.stop.raise()
            }
        }
        guard let ended = memory.operations[begun.operation.id] else { return .cancelled }
        switch ended.state {
        case .succeeded: return ended.staged.map { .placed($0) } ?? .cancelled
        case .failed: return ended.failure.map { .failed($0) } ?? .cancelled
        case .cancelled, .running: return .cancelled
        }
    }
}

extension Operation.Failure {
    fileprivate init(_ refusal: PrepareRefusal) {
        switch refusal {
        case .staging(let refusal): self = refusal.failure
        case .source(let refusal): self = StagingRefusal.sourceRefused(refusal).failure
        case .wish(let refusal): self = .unplaced("\(refusal)")
        }
    }

    fileprivate static func unplaced(_ why: String) -> Operation.Failure {
        Operation.Failure(
            slug: "fetch-failed", detail: "Nothing can be placed: \(why).",
            remedy: "See to that, and try again.")
    }
}
