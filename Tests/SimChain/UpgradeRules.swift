/// What x/upgrade makes of a block, decided by value (x/upgrade/abci.go, storeloader.go).
struct UpgradeRules {
    let plans: [Plan]
    let handlers: Set<String>
    let newStores: [String]
    let skips: Set<Int>
    let pastHeight: PastHeight

    /// Plans that add stores and are not of the chain: by height.
    var foreignStores: [String] {
        newStores.filter { name in !plans.contains { $0.name == name } }
    }

    /// What becomes of a block.
    enum Verdict {
        case proceed
        case skip(Plan)
        case apply(Plan)
        case refuse(BlockFailure)
    }

    init(_ behaviour: Behaviour) {
        plans = behaviour.upgrades
        handlers = behaviour.handlers
        newStores = behaviour.newStores
        skips = behaviour.skips
        pastHeight = behaviour.pastHeight
    }

    /// - Parameter first: whether this is the first block that the process executes.
    func verdict(on height: Int, _ state: ChainState, first: Bool) -> Verdict {
        let plan = state.currentPlan(of: plans)
        let isDue = plan.map { height >= $0.height } ?? false
        let isSkipped = plan.map { skips.contains($0.height) } ?? false
        if first, !isDue || isSkipped, pastHeight == .firstBlock,
            let name = missingHandler(state)
        {
            return .refuse(.missingHandler(name))
        }
        guard let plan else { return .proceed }
        if isDue {
            if isSkipped { return .skip(plan) }
            return handlers.contains(plan.name) ? .apply(plan) : .refuse(.needed(plan))
        }
        return handlers.contains(plan.name) ? .refuse(.premature(plan)) : .proceed
    }

    /// Why the stores of the application can't be loaded, in the words of the panic.
    func loadFailure(_ state: ChainState, file: PlanFile) -> String? {
        if pastHeight == .load, let name = missingHandler(state) {
            return mismatch(store: "\(name)old", state)
        }
        // A chain's first start makes all stores that the binary knows.
        guard state.applied > 0 else { return nil }
        let lacking = newStores.first { name in
            guard state.done[name] == nil else { return false }
            guard case .plan(let plan) = file, plan.name == name else { return true }
            return plan.height != state.applied + 1 || skips.contains(plan.height)
        }
        return lacking.map { mismatch(store: "\($0)new", state) }
    }

    private func missingHandler(_ state: ChainState) -> String? {
        state.lastUpgrade.flatMap { handlers.contains($0) ? nil : $0 }
    }

    private func mismatch(store: String, _ state: ChainState) -> String {
        "failed to load latest version: version of store \(store) mismatch root store's version; "
            + "expected \(state.applied) got 0; new stores should be added using StoreUpgrades"
    }
}

/// Why a block could not be executed.
enum BlockFailure {
    case needed(Plan)
    /// The plan is due, but its file could not be written.
    case unwritable(Plan, String)
    case premature(Plan)
    case missingHandler(String)
    case handler(Plan)
    case haltHeight(Int)

    func message(sdk: SDK) -> String {
        switch self {
        case .needed(let plan):
            "UPGRADE \"\(plan.name)\" NEEDED at height: \(plan.height): \(plan.info)"
        case .unwritable(_, let reason):
            "unable to write upgrade info to filesystem: \(reason)"
        case .premature(let plan):
            "BINARY UPDATED BEFORE TRIGGER! UPGRADE \"\(plan.name)\" - in binary but not "
                + "executed on chain. Downgrade your binary"
        case .missingHandler(let name):
            "\(sdk.panics ? "Wrong" : "wrong") app version 0, upgrade handler is missing for "
                + "\(name) upgrade plan"
        case .handler(let plan):
            "upgrade handler of \(plan.name) failed"
        case .haltHeight(let height):
            "halt per configuration height \(height) time 0"
        }
    }

    /// The word for the ledger.
    var reason: String {
        switch self {
        case .needed(let plan): "needed \(plan.name)@\(plan.height)"
        case .unwritable(let plan, _): "unwritable \(plan.name)@\(plan.height)"
        case .premature(let plan): "premature \(plan.name)@\(plan.height)"
        case .missingHandler(let name): "missing-handler \(name)"
        case .handler(let plan): "handler \(plan.name)@\(plan.height)"
        case .haltHeight(let height): "halt-height \(height)"
        }
    }
}
