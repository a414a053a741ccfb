/// What is to become of a plan that an operator once gave to Cosmovisor.
enum TakeoverRule: Sendable, Equatable {
    /// A height plan of the book's.
    case declare
    /// Why it is left, as a clause.
    case leave(String)

    struct Facts: Sendable, Equatable {
        let plan: UpgradePlan
        /// Of the data; see `HomeHeight`.
        var lowerBound: Height?
        /// The folder's name below `upgrades/`.
        var current: String?
        /// The plan in its release's folder, which a switch writes.
        var copy: UpgradePlan?
        /// What the book says of it.
        var entry: PlanEntry?
    }

    init(_ facts: Facts) {
        let (name, height) = (facts.plan.name, facts.plan.height)
        if facts.current == name.directory {
            self = .leave("it is what runs")
        } else if facts.copy != nil {
            self = .leave("it was switched to before")
        } else if let reached = facts.lowerBound, reached >= height {
            self = .leave("its height \(height) is passed: block \(reached) is there")
        } else if facts.entry?.declaration?.height == height {
            self = .leave("it is declared already")
        } else if facts.entry?.declaration != nil {
            self = .leave("another height is declared for it")
        } else if facts.entry?.hold != nil {
            self = .leave("it is held")
        } else {
            self = .declare
        }
    }
}
