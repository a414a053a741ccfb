/// The blocks that a judgement leads to; each names what happened and what to do.
extension Block {
    static func binaryMissing(_ plan: UpgradePlan, because trouble: String? = nil) -> Block {
        Block(
            .binaryRejected,
            reason: "\"\(plan.name.text)\" is due at \(plan.height) and its binary is not there"
                + (trouble.map { "; \($0)" } ?? ""),
            remedy: "put the binary in upgrades/\(plan.name.directory)/bin; "
                + "the upgrade then goes on by itself",
            waitsFor: .binary)
    }

    static func binaryHeld(_ plan: UpgradePlan) -> Block {
        Block(
            .binaryRejected,
            reason: "\"\(plan.name.text)\" is due at \(plan.height), and nothing vouches for the "
                + "binary that was sent",
            remedy: "pin its digest as an operator, or send it as one with a Repr-Digest; "
                + "the upgrade then goes on by itself",
            waitsFor: .trust)
    }

    static func binaryUnusable(_ plan: UpgradePlan, why: String) -> Block {
        Block(
            .binaryRejected,
            reason: "\"\(plan.name.text)\" is due at \(plan.height) and its binary cannot be run: "
                + why,
            remedy: "replace the binary in upgrades/\(plan.name.directory)/bin; "
                + "the upgrade then goes on by itself",
            waitsFor: .binary)
    }

    static func wrongBinary(_ plan: UpgradePlan) -> Block {
        Block(
            .binaryRejected,
            reason: "upgrades/\(plan.name.directory) holds a binary without the handler "
                + "\"\(plan.name.text)\": it halted at \(plan.height) and asked for it",
            remedy: "replace the binary in upgrades/\(plan.name.directory)/bin, then start the node"
        )
    }

    static func mismatch(_ plan: UpgradePlan) -> Block {
        Block(
            .startFailed,
            reason: "the present binary ended twice before any height, while the data names "
                + "\"\(plan.name.text)\": was a snapshot restored?",
            remedy: "if the data needs \"\(plan.name.text)\", point current at "
                + "upgrades/\(plan.name.directory) and start the node")
    }

    static func planFileBroken(_ what: String) -> Block {
        Block(
            .homeUnreadable,
            reason: "data/upgrade-info.json cannot be used and the daemon does not start on it: "
                + what,
            remedy: "read the daemon's log; move data/upgrade-info.json away or write it anew, "
                + "then start the node")
    }

    static func planFileUnwritten(_ planned: ChainPlan) -> Block {
        Block(
            .homeUnreadable,
            reason: "the chain halted at \(planned.height) for \"\(planned.name)\" and the node "
                + "could not write data/upgrade-info.json",
            remedy: "look for a full disk, a wrong owner or a read-only mount at data/, "
                + "then restart the node: it writes the file anew")
    }

    static func heightMissed(_ plan: UpgradePlan, applied: Height) -> Block {
        Block(
            .heightMissed,
            reason: "missed: \"\(plan.name.text)\" was to run from block \(plan.height), and the "
                + "old binary has applied \(applied)",
            remedy: "take the old binary back by its own `rollback` to \(plan.height - 1), or "
                + "restore the data, then switch to \(plan.name.text); or start the node to go on "
                + "with the old one")
    }

    static func heightUnproven(_ plan: UpgradePlan, _ why: String) -> Block {
        Block(
            .heightMissed,
            reason: "unproven: \"\(plan.name.text)\" may run once \(plan.height - 1) is the last "
                + "block applied, and \(why)",
            remedy: "if \(plan.height - 1) is the last one applied, switch to \(plan.name.text); "
                + "else withdraw the plan and start the node")
    }

    static func planInTheWay(_ plan: UpgradePlan, _ other: UpgradePlan) -> Block {
        Block(
            .switchFailed,
            reason: "\"\(plan.name.text)\" is due at \(plan.height), and data/upgrade-info.json "
                + "names \"\(other.name.text)\" at \(other.height), which is not overwritten",
            remedy: "withdraw one of the two plans: move data/upgrade-info.json away if the chain "
                + "does not ask for it, then start the node")
    }
}
