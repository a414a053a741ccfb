import FoundationEssentials
import Glibc

extension NodeSupervisor {
    /// Every plan known, by height, then name: the plan file's, and the folders of the layout.
    func planFacts() -> [PlanFacts] {
        var plans: [String: PlanFacts] = [:]
        for folder in ProcFile.names(in: setup.home.upgrades) {
            let facts = layoutFacts(folder)
            plans[facts.directory] = facts
        }
        if let facts = chainFacts() { plans[facts.directory] = facts }
        return plans.values.sorted { left, right in
            (left.height ?? .max, left.name) < (right.height ?? .max, right.name)
        }
    }

    private func layoutFacts(_ folder: String) -> PlanFacts {
        let release = Release(home: setup.home, directory: "upgrades/" + folder)
        let copy = PlanFile(at: release.planFile, case: setup.home.letterCase).plan
        let isCurrent = memory.release?.directory == release.directory
        let isProvisional = isCurrent && lifecycle.phase.run?.provisional != nil
        // The copy is written when a release is switched to: it has been applied or is about to be.
        let isApplied = copy != nil && !isUpgrading(to: folder)
        return PlanFacts(
            name: copy?.name.text ?? folder, directory: release.directory,
            origin: copy == nil ? .layout : .chain, trigger: copy == nil ? .manual : .chain,
            height: copy?.height, info: copy?.info.nonEmpty,
            state: isProvisional ? .provisional : isApplied ? .applied : .pending,
            reasonCode: isApplied ? .verified : .heightUnknown,
            reason: isApplied
                ? (isProvisional ? "switched to; no block yet" : "it was switched to")
                : "a folder of the layout; no plan names it yet",
            binary: BinaryInspection.facts(of: release), createdAt: nil,
            appliedAt: isApplied ? modified(release.planFile) : nil)
    }

    private func chainFacts() -> PlanFacts? {
        guard let verdict = memory.verdict, let plan = verdict.plan else { return nil }
        let release = setup.home.release(for: plan.name)
        return PlanFacts(
            name: plan.name.text, directory: release.directory, origin: .chain, trigger: .chain,
            height: plan.height, info: plan.info.nonEmpty, state: state(of: plan, verdict),
            reasonCode: verdict.code, reason: verdict.reason,
            binary: BinaryInspection.facts(of: release), createdAt: modified(setup.home.planFile),
            appliedAt: verdict.state == .applied ? modified(release.planFile) : nil)
    }

    private func state(of plan: UpgradePlan, _ verdict: Verdict) -> PlanState {
        switch lifecycle.phase {
        case .upgrading(let upgrade) where upgrade.plan.name == plan.name: .upgrading
        case .running(let run) where run.provisional?.name == plan.name: .provisional
        case .blocked where verdict.state == .due: .blocked
        default: verdict.state
        }
    }

    private func isUpgrading(to folder: String) -> Bool {
        guard case .upgrading(let upgrade) = lifecycle.phase else { return false }
        return upgrade.plan.name.directory == folder
    }

    private func modified(_ path: String) -> Date? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mtim.date : nil
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
