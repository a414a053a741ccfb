/// What is to be done about the plan file, and why.
package struct Verdict: Sendable, Equatable {
    package let ruling: Ruling
    /// The plan it is about, if one could be read.
    package let plan: UpgradePlan?
    package let state: PlanState
    package let code: PlanReason
    /// In words, for people; shown in the API.
    package let reason: String
    /// The row of the rule table that decided.
    package let row: Row
    /// What makes the plan due.
    package var trigger = PlanFacts.Trigger.chain
    /// Of a plan by height that is still to come.
    package var trouble: HeightTrouble?
    /// The plan whose new binary `current` is, not yet proven by a block.
    package var provisional: UpgradePlan?

    package enum Ruling: Sendable, Equatable {
        /// Start `current`, or leave the daemon as it is.
        case carryOn
        /// The same, and the plan is about to become due: look again within milliseconds.
        case watchClosely
        /// Start `current` once more at once: it shows whether the plan is due.
        case launchAgain
        /// End the daemon that lives and start it anew: its halt height stands in its way.
        case restart
        case due
        /// Due, but the new binary is not there: the daemon is left as it is until it comes.
        case dueWithoutBinary(Block)
        /// Never start anything; a live daemon is left alone.
        case blocked(Block)
        /// Mend the plan file, then start `current`.
        case repair(Repair)

        var isDue: Bool { self == .due }
    }

    package enum Repair: Sendable, Equatable {
        /// Put the copy of `current`'s own plan back in place of a broken file.
        case restoreCopy
        /// Keep the broken file under another name.
        case moveAside
    }

    package enum Row: String, Sendable {
        case link
        case commanded
        case held = "1", resumed = "2", incomplete = "3", broken = "4", unwritten = "5"
        case wrongBinary = "6", halted = "7", passedByHand = "7b", exited = "8", unproven = "8b"
        case imminent = "9", scheduled = "10", unknown = "11", noHeightSource = "12"
        case pending = "13", ahead = "14", stale = "15", mismatch = "16", skipped = "17"
        case applied = "18"
        case heightAhead = "14h", heightUnjudged = "14s", heightMissed = "15h"
        case heightExact = "19", heightEarly = "20", heightUnproven = "21"
        case none
    }

    /// The plan file is there and can't be understood; one that is being written is not meant.
    var isOfInvalidFile: Bool { state == .invalid && ruling != .watchClosely }

    package init(
        _ row: Row, _ ruling: Ruling, plan: UpgradePlan? = nil, state: PlanState = .pending,
        code: PlanReason = .beforeHeight, reason: String
    ) {
        self.row = row
        self.ruling = ruling
        self.plan = plan
        self.state = state
        self.code = code
        self.reason = reason
    }
}
