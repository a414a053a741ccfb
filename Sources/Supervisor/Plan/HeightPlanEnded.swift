/// What the last daemon's end says of the next plan by height.
extension PlanJudge {
    func ended(_ next: HeightFacts) -> Verdict {
        let height = next.plan.height
        switch standing(next) {
        case .exact(let how):
            return heightDue(
                .heightExact, next,
                reason: "\(how), and \(height - 1) is the last block applied")
        case .unproven(let why):
            return Verdict(
                .heightUnproven, .blocked(.heightUnproven(next.plan, why)), plan: next.plan,
                state: .blocked, code: .heightUnknown,
                reason: "unproven: \(height - 1) must be the last block applied, and \(why)")
        case .open: return ahead(next)
        }
    }

    private enum Standing {
        /// How it is known.
        case exact(String)
        /// It may not be started again, for that may apply the plan's block; a clause.
        case unproven(String)
        /// It is before the height, and another start does no harm.
        case open
    }

    private func standing(_ next: HeightFacts) -> Standing {
        guard facts.reached != nil || facts.applied != nil else { return fallback(next) }
        guard case .success(let style) = next.style, isInForce(next) else {
            return unhalted(next)
        }
        return style.endsDaemon ? endedByItself(next) : stood(next)
    }

    /// A daemon that stops before it executes the block cannot have applied it.
    private func stood(_ next: HeightFacts) -> Standing {
        let height = next.plan.height
        if seenHeight(next) == height || facts.wal == height && isReplay(next) {
            return .exact("the daemon halted by its halt-height with block \(height) stored")
        }
        if facts.applied == height - 1 {
            return .exact("the daemon's last word was of \(height - 1)")
        }
        return .open
    }

    /// Started at the height it ends while it replays the block, before it writes to its log.
    private func isReplay(_ next: HeightFacts) -> Bool {
        facts.end == .byItself(isSuccess: false) && facts.fruitlessStarts > 0
    }

    /// Up to SDK 0.47 the daemon commits the block and ends, and may commit more on its way.
    private func endedByItself(_ next: HeightFacts) -> Standing {
        let last = next.plan.height - 1
        guard next.isLogOfThisRun, let wal = facts.wal else {
            if facts.applied == last, facts.stalledFor > .zero {
                return .exact("the daemon stood at \(last) when it was asked last")
            }
            if let wal = facts.wal, wal == last || wal == last + 1 {
                return .unproven("cs.wal ends at \(wal), perhaps since before the last start")
            }
            return fallback(next)
        }
        if wal == last {
            if facts.applied == last { return .exact("cs.wal ends at \(last)") }
            if facts.end == .byItself(isSuccess: true) {
                return .exact("the daemon ended by itself, cs.wal ends at \(last)")
            }
            return .unproven("cs.wal ends at \(last), which may be applied or not")
        }
        return wal > last ? .unproven("block \(wal) is stored, and may be applied or not") : .open
    }

    /// Without our halt the daemon may have stood anywhere.
    private func unhalted(_ next: HeightFacts) -> Standing {
        let height = next.plan.height
        // A log of before says so much only where it fits.
        let seen = seenHeight(next) ?? facts.wal.flatMap { $0 <= height ? $0 : nil }
        guard let seen, seen >= height - 1 else { return .open }
        if seen == height - 1, facts.applied == height - 1, facts.wal == height - 1 {
            return .exact("the daemon was ended with cs.wal at \(height - 1)")
        }
        if seen == height - 1, case .success(let style) = next.style, !style.endsDaemon {
            return .open
        }
        return .unproven(
            "block \(seen) is stored by a daemon that was not told to halt before \(height)")
    }

    /// No height is to be had of the last daemon: only one that ended as if at its halt is suspect.
    private func fallback(_ next: HeightFacts) -> Standing {
        guard isInForce(next), case .success(.afterCommit) = next.style,
            facts.end == .byItself(isSuccess: true)
        else { return .open }
        return .unproven(
            "the daemon ended by itself while it caught up, which tells no height")
    }
}
