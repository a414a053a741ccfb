import Glibc

// MARK: - One block after the other

extension Node {
    /// Propose and prevote; with optimistic execution the application is at work already.
    func beginBlock() {
        let height = state.applied + 1
        sign(height, step: 1)
        if case .refuse(.needed(let plan)) = verdict(on: height) {
            switch behaviour.optimism {
            case .off: break
            case .decided(let wait, let rounds):
                runAhead(plan, height, rounds, every: wait / rounds)
                return loop.after(wait) { [self] in
                    store(height)
                    fail(.needed(plan))
                }
            case .never(let rounds): return runAhead(plan, height, rounds, every: .seconds(1))
            }
        }
        decide(height)
    }

    /// Executes the block, migration and files included, and commits it unless that fails.
    func execute(_ height: Int, replaying: Bool, then finish: @escaping (BlockFailure?) -> Void) {
        if let refusal = haltHeightRefusal(height) { return finish(refusal) }
        let verdict = verdict(on: height)
        executed += 1
        switch verdict {
        case .proceed: break
        case .skip(let plan):
            Log.info("UPGRADE \"\(plan.name)\" SKIPPED at \(plan.height)")
            state.skipped.insert(plan.name)
        case .apply(let plan):
            return apply(plan, height, then: finish)
        case .refuse(.needed(let plan)):
            if behaviour.haltsBeforeWrite && !replaying { return finish(.needed(plan)) }
            return writePlan(plan, height, then: finish)
        case .refuse(let failure): return finish(failure)
        }
        commit(height)
        finish(nil)
    }

    private func verdict(on height: Int) -> UpgradeRules.Verdict {
        rules.verdict(on: height, state, first: executed == 0)
    }

    /// Writes the file before the block is decided, as often as there are rounds.
    private func runAhead(_ plan: Plan, _ height: Int, _ rounds: Int, every pause: Duration) {
        for round in 0..<rounds {
            loop.after(pause * round) { [self] in
                executed += 1
                writePlan(plan, height) { _ in }
            }
        }
    }

    private func decide(_ height: Int) {
        store(height)
        execute(height, replaying: false) { [self] failure in
            if let failure { return fail(failure) }
            nextBlock = max(nextBlock + behaviour.blockTime, Monotonic.now)
            loop.at(nextBlock) { [self] in beginBlock() }
        }
    }

    /// The block store first, then the WAL: the order of CometBFT's finalizeCommit.
    private func store(_ height: Int) {
        sign(height, step: 2)
        sign(height, step: 3)
        state.stored = height
        state.time = .now
        save()
        ledger.write("stored", "\(height)")
        wal?.end(height)
    }

    private func sign(_ height: Int, step: Int) {
        guard !behaviour.isCatchingUp else { return }
        validator?.sign(height, step: step)
    }
}

// MARK: - The application

extension Node {
    private func writePlan(
        _ plan: Plan, _ height: Int, then finish: @escaping (BlockFailure?) -> Void
    ) {
        isExecuting = true
        planFile.write(plan, at: height) { [self] reason in
            let failure = reason.map { BlockFailure.unwritable(plan, $0) } ?? .needed(plan)
            if case .needed = failure { Log.error(failure.message(sdk: behaviour.sdk)) }
            finish(failure)
            freeApplication()
        }
    }

    private func apply(_ plan: Plan, _ height: Int, then finish: @escaping (BlockFailure?) -> Void)
    {
        Log.info("applying upgrade \"\(plan.name)\" at height: \(height)")
        isExecuting = true
        let complete = { [self] in
            if settings.isOn("handler_fails") {
                finish(.handler(plan))
            } else {
                state.done[plan.name] = height
                commit(height)
                finish(nil)
            }
            freeApplication()
        }
        guard behaviour.migration > .zero else { return complete() }
        ledger.write("migrating", "\(height)")
        loop.after(behaviour.migration, complete)
    }

    private func commit(_ height: Int) {
        state.applied = height
        state.committer = behaviour.version
        // The stores of an upgrade that the chain knows nothing of are there from its first block on.
        for name in rules.foreignStores where state.done[name] == nil { state.done[name] = height }
        save()
        ledger.write("block", "\(height)")
        if executed == 1 || height % 10 == 0 {
            Log.info("executed block height=\(height) module=state num_txs=0")
        }
        if behaviour.crashHeight.map({ height >= $0 }) == true { crashOnce() }
        if let allocation = behaviour.allocation, height >= allocation.height {
            allocateOnce(allocation)
        }
        if behaviour.sdk.haltRule == .commits, behaviour.haltHeight > 0,
            height >= behaviour.haltHeight + behaviour.haltOvershoot
        {
            Log.info("halting node per configuration height=\(behaviour.haltHeight) time=0")
            kill(getpid(), SIGTERM)
        }
    }

    private func haltHeightRefusal(_ height: Int) -> BlockFailure? {
        let limit = behaviour.haltHeight
        guard limit > 0 else { return nil }
        switch behaviour.sdk.haltRule {
        case .commits: return nil
        case .above: return height > limit ? .haltHeight(limit) : nil
        case .from: return height >= limit ? .haltHeight(limit) : nil
        }
    }
}
