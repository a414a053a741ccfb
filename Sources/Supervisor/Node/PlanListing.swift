import FoundationEssentials
import Glibc

extension NodeSupervisor {
    /// Every plan known, by height, then name: the plan file's, the one that the chain's state tells
    /// of, those of the plan book, and the folders of the layout.
    func planFacts() -> [PlanFacts] {
        var plans: [String: PlanFacts] = [:]
        for folder in planFolders {
            let facts = layoutFacts(folder)
            plans[facts.directory] = facts
        }
        let announced = announcedFacts
        if let facts = announced, plans[facts.directory]?.state.isOpen ?? true {
            plans[facts.directory] = facts
        }
        // A file that was passed says nothing of a plan that is scheduled anew.
        if let facts = verdictFacts(),
            facts.state != .stale || facts.directory != announced?.directory
        {
            plans[facts.directory] = facts
        }
        for page in self.plans.pages {
            let directory: String
            switch page {
            case .entry(let entry): directory = "upgrades/" + entry.name.directory
            case .unreadable(let page, _): directory = "upgrades/" + page
            }
            plans[directory] = facts(of: page, in: directory, known: plans[directory])
        }
        for (directory, height) in memory.chain.applied {
            plans[directory]?.prove(appliedAt: height, under: memory.release?.directory)
        }
        for (directory, preflight) in memory.preflights {
            plans[directory]?.verdict = preflight.verdict
        }
        for (directory, plan) in plans { plans[directory]?.trust = trust(of: plan) }
        return plans.values.sorted { left, right in
            (left.height ?? .max, left.name) < (right.height ?? .max, right.name)
        }
    }

    private func layoutFacts(_ folder: String) -> PlanFacts {
        let release = Release(home: setup.home, directory: "upgrades/" + folder)
        let copy = PlanFile(at: release.planFile, case: setup.home.letterCase).plan
        let isCurrent = memory.release?.directory == release.directory
        let isProvisional = isCurrent && isProvisional
        // The copy is written when a release is switched to: it has been applied or is about to be.
        let isApplied = copy != nil && !isUpgrading(to: folder) && !isCommanded(folder)
        return PlanFacts(
            name: copy?.name.text ?? spelling(of: release)
                ?? PlanName.unescaped(folder, case: setup.home.letterCase),
            directory: release.directory,
            origin: copy == nil ? .layout : .chain, trigger: copy == nil ? .manual : .chain,
            height: copy?.height, info: copy?.info.nonEmpty,
            state: isProvisional ? .provisional : isApplied ? .applied : .pending,
            reasonCode: isApplied ? .verified : .heightUnknown,
            reason: isApplied
                ? (isProvisional ? "switched to; no block yet" : "it was switched to")
                : "a folder of the layout; no plan names it yet",
            binary: binaryFacts(of: release), createdAt: nil,
            appliedAt: isApplied ? modified(release.planFile) : nil)
    }

    /// The plan that was judged last: the plan file's, or the one that a switch asked for.
    private func verdictFacts() -> PlanFacts? {
        guard let verdict = memory.verdict, let plan = verdict.plan else { return nil }
        let release = setup.home.release(for: plan.name)
        let isChains = verdict.trigger == .chain
        return PlanFacts(
            name: plan.name.text, directory: release.directory,
            origin: isChains ? .chain : .layout, trigger: verdict.trigger,
            height: plan.height, info: plan.info.nonEmpty, state: state(of: plan, verdict),
            reasonCode: verdict.code, reason: verdict.quietReason,
            binary: binaryFacts(of: release),
            createdAt: isChains ? modified(setup.home.planFile) : nil,
            appliedAt: verdict.state == .applied ? modified(release.planFile) : nil)
    }

    private func state(of plan: UpgradePlan, _ verdict: Verdict) -> PlanState {
        switch lifecycle.phase {
        case .upgrading(let upgrade) where upgrade.plan.name == plan.name: .upgrading
        case .running(let run) where run.provisional?.name == plan.name: .provisional
        // Verified, and not judged again since.
        case .running where verdict.state == .provisional: .applied
        case .blocked where verdict.state == .due: .blocked
        default: verdict.state
        }
    }

    private func isUpgrading(to folder: String) -> Bool {
        guard case .upgrading(let upgrade) = lifecycle.phase else { return false }
        return upgrade.plan.name.directory == folder
    }

    /// A switch was asked for that has not come to moving the link.
    private func isCommanded(_ folder: String) -> Bool {
        memory.verdict?.row == .commanded && memory.verdict?.plan?.name.directory == folder
    }

    private func modified(_ path: String) -> Date? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mtim.date : nil
    }
}

// MARK: - The plan book

extension NodeSupervisor {
    /// What an operator has said of a plan, together with what else is known of it.
    private func facts(
        of page: PlanBook.Page, in directory: String, known: PlanFacts?
    ) -> PlanFacts {
        switch page {
        case .entry(let entry):
            let known = known ?? unknownFacts(entry.name.text, directory)
            guard let declaration = entry.declaration else { return held(known, by: entry.hold) }
            return held(declared(known, declaration), by: entry.hold)
        case .unreadable(let page, let reason):
            guard let known else {
                var facts = unknownFacts(page, directory)
                facts.origin = .operator
                facts.state = .invalid
                facts.reasonCode = .unreadable
                facts.reason = "\(setup.home.planBook)/\(page).json: \(reason)"
                return facts
            }
            return known
        }
    }

    private func declared(_ known: PlanFacts, _ declaration: PlanDeclaration) -> PlanFacts {
        var facts = known
        facts.expectedSHA256 = declaration.expectedSHA256
        facts.createdAt = known.createdAt ?? declaration.createdAt
        // What the chain says of itself, no operator changes; a folder's own copy of the plan was
        // written by whoever's plan it was.
        let isNext = isNextByHeight(known, declaration)
        let isOperators =
            declaration.trigger != .chain
            && (isNext || known.state == .applied || known.state == .provisional)
        guard known.origin != .chain || isOperators else { return facts }
        facts.origin = .operator
        facts.trigger = declaration.trigger
        facts.info = declaration.info ?? known.info
        // A switch that is under way, or was made, knows its height.
        facts.height = declaration.height ?? known.height
        guard known.origin == .layout || isNext, known.state == .pending else { return facts }
        if isNext, let verdict = memory.heightVerdict, let plan = verdict.plan {
            facts.state = state(of: plan, verdict)
            facts.reasonCode = verdict.code
            facts.reason = verdict.reason
            return facts
        }
        let heights = memory.heights?.heights
        let progress = DeclaredPlan(
            declaration, stored: heights?.stored, applied: heights?.applied)
        facts.state = progress.state
        facts.reasonCode = progress.code
        facts.reason = progress.reason
        return facts
    }

    /// What was judged last of plans by height is this one.
    private func isNextByHeight(_ known: PlanFacts, _ declaration: PlanDeclaration) -> Bool {
        guard declaration.trigger == .height, let plan = memory.heightVerdict?.plan else {
            return false
        }
        return plan.height == declaration.height
            && setup.home.release(for: plan.name).directory == known.directory
    }

    private func held(_ known: PlanFacts, by hold: PlanHold?) -> PlanFacts {
        guard let hold, known.height == nil || known.height == hold.height else { return known }
        switch known.state {
        case .upgrading, .provisional, .applied: return known
        case .pending, .due, .blocked, .cancelled, .stale, .invalid: break
        }
        var facts = known
        facts.height = hold.height
        facts.origin = known.origin == .layout ? .chain : known.origin
        facts.trigger = known.origin == .layout ? .chain : known.trigger
        facts.state = .cancelled
        facts.reasonCode = .cancelledByOperator
        facts.reason = "cancelled at \(hold.height): \(hold.reason)"
        return facts
    }

    /// Of a plan that nothing but the book tells of.
    private func unknownFacts(_ name: String, _ directory: String) -> PlanFacts {
        PlanFacts(
            name: name, directory: directory, origin: .layout, trigger: .manual, height: nil,
            info: nil, state: .pending, reasonCode: .heightUnknown,
            reason: "nothing is known of it", binary: .absent, createdAt: nil, appliedAt: nil)
    }
}

extension Verdict {
    /// Without the present height, which every block changes: the status tells it.
    fileprivate var quietReason: String {
        guard state == .pending, code == .beforeHeight, let plan else { return reason }
        return "the plan is for \(plan.height)"
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
