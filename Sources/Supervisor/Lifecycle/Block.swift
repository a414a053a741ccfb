/// Why nothing goes on without a human, and what the human can do.
package struct Block: Sendable, Hashable, Error {
    package let code: BlockReason
    /// What happened, to what, why: one sentence.
    package let reason: String
    /// One sentence.
    package let remedy: String
    /// What lets it go on by itself, if anything does.
    package let waitsFor: Status.WaitingFor?

    package init(
        _ code: BlockReason, reason: String, remedy: String, waitsFor: Status.WaitingFor? = nil
    ) {
        self.code = code
        self.reason = reason
        self.remedy = remedy
        self.waitsFor = waitsFor
    }

    /// Whether the cause has gone, so that no human is needed any more.
    func isCured(by verdict: Verdict) -> Bool {
        (waitsFor == .binary || waitsFor == .trust) && verdict.ruling.isDue
    }

    static func calledOff(_ plan: UpgradePlan) -> Block {
        Block(
            .switchFailed,
            reason: "the switch to \(plan.name.text) was cancelled, and the old binary cannot pass "
                + "its height \(plan.height)",
            remedy: "start the node: the switch is done then")
    }

    static func newBinaryFails(_ plan: UpgradePlan) -> Block {
        Block(
            .startFailed,
            reason: "the new binary of \(plan.name.text) ended 5 times before its first block",
            remedy: "read its log; put a working binary in upgrades/\(plan.name.directory)/bin, "
                + "then start the node")
    }
}

/// The closed list of the API's contract.
package enum BlockReason: String, Sendable, CaseIterable {
    case binaryRejected = "binary_rejected"
    case binaryChanged = "binary_changed"
    case backupFailed = "backup_failed"
    case diskFull = "disk_full"
    case hookFailed = "hook_failed"
    case preUpgradeFailed = "pre_upgrade_failed"
    case switchFailed = "switch_failed"
    case startFailed = "start_failed"
    case linkBroken = "link_broken"
    case homeUnreadable = "home_unreadable"
    case heightMissed = "height_missed"
    case signState = "sign_state"
    case foreignDaemon = "foreign_daemon"
}

/// The steps of an upgrade, in their order; the API's names.
package enum UpgradeStep: String, Sendable, CaseIterable {
    case stop, acquire, backup, hooks
    case preUpgrade = "pre_upgrade"
    case `switch`, start
}
