extension Lifecycle {
    mutating func begin(_ step: UpgradeStep, of plan: UpgradePlan) -> [Effect] {
        phase = .upgrading(Upgrade(plan: plan, step: step, next: .launch))
        return [.step(step, plan)]
    }

    /// A switch that was under way when something else was wanted is finished; nothing follows it.
    mutating func stepDone(_ step: UpgradeStep) -> [Effect] {
        guard case .upgrading(let upgrade) = phase, upgrade.step == step else { return [] }
        guard upgrade.next == .launch else { return settle(upgrade.next, exit: nil) }
        guard let following = step.following else {
            return settle(policy.restartsAfterUpgrade ? .launch : .end(0), exit: nil)
        }
        return begin(following, of: upgrade.plan)
    }

    mutating func stepCancelled(_ step: UpgradeStep) -> [Effect] {
        guard case .upgrading(let upgrade) = phase, upgrade.step == step else { return [] }
        return settle(upgrade.next, exit: nil)
    }

    /// A step failed: the node stays stopped unless something else was wanted meanwhile.
    mutating func stepFailed(_ step: UpgradeStep, _ block: Block) -> [Effect] {
        guard case .upgrading(let upgrade) = phase, upgrade.step == step else { return [] }
        guard upgrade.next == .launch else { return settle(upgrade.next, exit: nil) }
        phase = .blocked(block)
        return []
    }
}

extension UpgradeStep {
    /// `stop` and `start` are phases of their own; nil after the last step.
    var following: UpgradeStep? {
        switch self {
        case .acquire: .backup
        case .backup: .hooks
        case .hooks: .preUpgrade
        case .preUpgrade: .switch
        case .stop, .switch, .start: nil
        }
    }
}
