/// All that is known when a plan is judged; nothing here is asked for by the judge itself.
package struct Facts: Sendable, Equatable {
    package var file: PlanFile.Content = .absent
    /// The plan file differs from the snapshot taken right before this child began, and not by us.
    package var isFresh = false
    /// For how long the file has been empty or broken.
    package var incompleteFor: Duration = .zero
    package var current: CurrentRelease
    package var child = ChildState.none
    /// Asked of our own child after the last event of the file, or last known of one that ended.
    package var stored: Height?
    package var applied: Height?
    /// The last EndHeight of cs.wal: that block is stored.
    package var wal: Height?
    /// For how long cs.wal has not grown; nil when there is none.
    package var walQuietFor: Duration?
    /// cs.wal is not as it was when this child began; else it may be of other data.
    package var isLogOfThisRun = true
    /// For how long the stored height has been the same.
    package var stalledFor: Duration = .zero
    /// The home looks like CometBFT's, so that heights are to be had sooner or later.
    package var isComet = false
    /// What the chain itself says is planned; asked only when the node has stalled.
    package var chainPlan: ChainPlan?
    /// Heights of --unsafe-skip-upgrades.
    package var skipped: Set<Height> = []
    /// The last daemon was started with other arguments, so that what it wrote says nothing of
    /// whether the next one will skip.
    package var hasNewArguments = false
    /// The plan can be read by us and not by the daemon, whose own parser is stricter.
    package var isRefusedByDaemon = false
    /// A daemon of this release has shown a height before, during this run of ours.
    package var hasShownHeight = false
    package var hold: PlanHold?
    package var due: DueRecord?
    /// What an operator's switch asked for, while `current` is another release.
    package var commanded: UpgradePlan?
    /// The plan for which this child was started once more, to see whether it is due.
    package var proving: ChildRecord.ProvenPlan?
    /// Ends in a row without any height seen.
    package var fruitlessStarts = 0
    /// How often a broken file has been mended since a plan was last read.
    package var repairs = 0
    /// `current` has its own copy of the plan file, and its upgrade is unproven.
    package var hasUnprovenCopy = false
    /// What stands in the folder of the plan that is judged: the commanded one, else the file's.
    package var binary = StagedBinary.absent
    /// What became of fetching it, where it is to come by itself; a clause.
    package var missingBecause: String?
    /// The halt height that this child, or the last one, was started with.
    package var halt: HaltSetting?
    /// How the last daemon ended.
    package var end = End.unknown
    /// The next plan by height, of the plan book.
    package var next: HeightFacts?

    package init(current: CurrentRelease) {
        self.current = current
    }

    package enum ChildState: Sendable, Equatable {
        /// None was started yet.
        case none
        case alive
        case exited
    }

    package enum End: Sendable, Equatable {
        /// It was told to, or ended while we did not look.
        case unknown
        /// By itself, with 0 or with something else.
        case byItself(isSuccess: Bool)
    }

    /// The stored height as far as any source knows it; a lower bound.
    package var reached: Height? {
        switch (stored, wal) {
        case (let stored?, let wal?): max(stored, wal)
        case (let height?, nil), (nil, let height?): height
        case (nil, nil): nil
        }
    }
}

/// What the `current` link says.
package enum CurrentRelease: Sendable, Equatable {
    case genesis
    /// The folder of a plan below `upgrades/`, with the height of its plan file if it has one.
    case upgrade(directory: String, height: Height?)
    case broken(Block)

    /// The folder's name below `upgrades/`.
    package var upgradeDirectory: String? {
        guard case .upgrade(let directory, _) = self else { return nil }
        return directory
    }
}

/// What lies at a plan's binary path.
package enum StagedBinary: Sendable, Equatable {
    case absent
    /// Nothing is there, but something came that nothing vouches for.
    case held
    /// Why it cannot be run.
    case unusable(String)
    case present
}

/// Somebody's no to one plan at one height.
package struct PlanHold: Codable, Sendable, Equatable {
    package var name: String
    package var height: Height
    package var reason: String

    package init(name: String, height: Height, reason: String) {
        self.name = name
        self.height = height
        self.reason = reason
    }
}
