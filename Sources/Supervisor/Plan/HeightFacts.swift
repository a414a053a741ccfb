/// What is known when the next plan by height is judged.
///
/// Such a plan is an operator's: the chain says nothing of it, so that the daemon has to be ended
/// right before its height. Only a daemon that was started with the right `halt-height` does that.
package struct HeightFacts: Sendable, Equatable {
    package let plan: UpgradePlan
    package var binary = StagedBinary.absent
    /// What became of fetching it, where it is to come by itself; a clause.
    package var missingBecause: String?
    /// How `current` keeps its halt height; a clause that says why that is not known.
    package var style: Result<HaltStyle, HeightTrouble>
    /// What `current` would be started with now; nil where nothing makes it halt.
    package var wanted: HaltSetting?
    /// The halt height as the living daemon itself tells it; nil when it does not.
    package var served: Height?
    /// The consensus log has grown since the last daemon began, so that it is of its own blocks.
    package var isLogOfThisRun = false
    /// The first height that this child, or the last one, has shown.
    package var heightAtStart: Height?
    /// The height may be watched where the daemon does not halt by itself.
    package var watches = false

    package init(plan: UpgradePlan, style: Result<HaltStyle, HeightTrouble>) {
        self.plan = plan
        self.style = style
    }

    /// `current` ends by itself once it has committed the block of its setting.
    package var endsDaemon: Bool { (try? style.get())?.endsDaemon ?? false }

    /// The setting that ends `current` right before the plan's height; nil where none does.
    package var exactHalt: Height? {
        guard case .success(let style) = style else { return nil }
        let setting = style.setting(for: plan.height)
        return setting > 0 ? setting : nil
    }
}

/// What keeps a plan by height from being kept exactly.
package struct HeightTrouble: Error, Sendable, Equatable {
    /// A clause.
    package let reason: String
    /// A clause.
    package let remedy: String
    /// It cannot be kept at all as it is.
    package var isRefusal = true

    package init(reason: String, remedy: String, isRefusal: Bool = true) {
        self.reason = reason
        self.remedy = remedy
        self.isRefusal = isRefusal
    }
}
