import FoundationEssentials

/// What operators may say of plans; each change is in the plan book, durably, when it returns.
extension NodeSupervisor {
    /// The plan's name as this home spells folders.
    package nonisolated func planName(_ text: String) throws(PlanNameError) -> PlanName {
        try PlanName(text, case: setup.home.letterCase)
    }

    /// What is known of a plan now; nil when nothing is.
    package func facts(of name: PlanName) -> PlanFacts? {
        facts(in: setup.home.release(for: name).directory)
    }

    /// - Parameter directory: relative to `cosmovisor/`.
    func facts(in directory: String) -> PlanFacts? {
        planFacts().first { $0.directory == directory }
    }

    /// Declares a plan, or adds to what the chain says of it.
    ///
    /// - Parameter seen: what the caller knew of the plan when it decided; a hold on it is lifted.
    /// - Returns: what is known of the plan then.
    /// - Throws: `.changed` when `seen` is not so any more; nothing was written then, as with every
    ///   other refusal.
    package func declare(
        _ declaration: PlanDeclaration, for name: PlanName, seen: PlanFacts?,
        by originator: Originator
    ) async throws(PlanRefusal) -> PlanFacts {
        try check(name, seen: seen)
        if let seen, !seen.state.isOpen { throw .inUse(seen) }
        if let seen, seen.origin == .chain {
            try Self.checkAddition(declaration, to: seen)
        }
        let entry = plans.entry(of: name)
        let isUnheld = seen?.state == .cancelled
        let new = PlanEntry(
            name: name, declaration: declaration, hold: isUnheld ? nil : entry?.hold)
        try await replace(entry, with: new, of: name, by: originator)
        guard let facts = facts(of: name) else { throw .changed }
        return facts
    }

    /// Withdraws an operator's plan, or says no to the chain's at its height.
    ///
    /// - Returns: nil when nothing tells of the plan any more but perhaps its folder.
    /// - Throws: `.changed` as with `declare`; `.unknown` when only a folder tells of it.
    package func cancel(
        _ name: PlanName, seen: PlanFacts, because reason: String, by originator: Originator
    ) async throws(PlanRefusal) -> PlanFacts? {
        try check(name, seen: seen)
        guard seen.state.isOpen else { throw .inUse(seen) }
        let entry = plans.entry(of: name)
        let hold =
            seen.origin == .chain
            ? seen.height.map {
                PlanHold(name: seen.name, height: $0, reason: reason)
            } : nil
        if hold == nil, entry == nil { throw .unknown }
        let new = hold.map {
            PlanEntry(name: name, declaration: entry?.declaration, hold: $0)
        }
        if new != entry { try await replace(entry, with: new, of: name, by: originator) }
        // A plan that was cancelled does not go on by itself.
        if let due = memory.due, (try? planName(due.name)) == name { forgetDue() }
        judging.raise()
        publish()
        return hold == nil ? nil : facts(of: name)
    }

    private func check(_ name: PlanName, seen: PlanFacts?) throws(PlanRefusal) {
        let known = facts(of: name)
        // What a preflight has found meanwhile changes nothing of what was decided.
        guard known?.unjudged == seen?.unjudged else { throw .changed }
        // A folder does not tell how a name is spelled.
        guard let known, known.origin != .layout, known.name != name.text else { return }
        throw .conflict(existing: known.name, "the same plan is known as \"\(known.name)\"")
    }

    /// The chain's plan is as it is; a digest can be pinned to it.
    private static func checkAddition(
        _ declaration: PlanDeclaration, to plan: PlanFacts
    ) throws(PlanRefusal) {
        guard declaration.trigger == .chain else {
            throw .conflict(existing: plan.name, "the chain itself asks for this plan")
        }
        guard declaration.height == plan.height else {
            throw .conflict(
                existing: plan.name,
                "the chain has set the height to \(plan.height.map(String.init) ?? "none")")
        }
        guard declaration.info == nil || declaration.info == plan.info else {
            throw .conflict(existing: plan.name, "the chain has set the info")
        }
    }

    private func replace(
        _ old: PlanEntry?, with new: PlanEntry?, of name: PlanName, by originator: Originator
    ) async throws(PlanRefusal) {
        let plans = plans
        let directory = setup.home.release(for: name).directory
        memory.planSpeakers[directory] = originator
        defer { memory.planSpeakers[directory] = nil }
        do throws(PlanBookError) {
            try await onPool { () throws(PlanBookError) in
                try plans.replace(old, with: new, of: name)
            }
        } catch {
            switch error {
            case .changed: throw .changed
            case .system(let error): throw .notWritten(error)
            }
        }
        await readHeightPlans()
        publish()
    }
}

extension PlanState {
    /// It and its binary may still change: none of it runs, did run or is about to.
    package var isOpen: Bool {
        switch self {
        case .pending, .due, .blocked, .cancelled, .stale, .invalid: true
        case .upgrading, .provisional, .applied: false
        }
    }
}

/// Why a plan was left as it was.
package enum PlanRefusal: Error, Sendable, Equatable {
    /// It is another by now than the caller knew.
    case changed
    /// What is known under this spelling, and what it contradicts, as a clause.
    case conflict(existing: String, String)
    /// It is being carried out, or was.
    case inUse(PlanFacts)
    /// Nobody has declared it.
    case unknown
    case notWritten(SystemError)
}
