/// What of the plans' binaries has been told, by the plans' folders.
struct ToldBinaries: Sendable {
    struct Change {
        let plan: String
        let directory: String
        let from: BinaryFacts.State
        let to: BinaryFacts
    }

    /// Nil before the first look: what was there before us is no news.
    private var facts: [String: BinaryFacts]?
    /// Seen at the first look, and not hashed then.
    private var unhashed: Set<String> = []

    /// What is to be told now; it counts as told.
    mutating func changes(in plans: [PlanFacts]) -> [Change] {
        let isFirst = facts == nil
        var known = facts ?? [:]
        var changes: [Change] = []
        for plan in plans {
            let now = plan.binary
            guard now.state == .absent || now.sha256 != nil else {
                if isFirst { unhashed.insert(plan.directory) }
                continue
            }
            let before = known[plan.directory] ?? .absent
            known[plan.directory] = now
            let isNews =
                before.state != now.state || before.sha256 != now.sha256
                || before.trust != now.trust
            if isNews, !isFirst, unhashed.remove(plan.directory) == nil {
                changes.append(
                    Change(
                        plan: plan.name, directory: plan.directory, from: before.state, to: now))
            }
        }
        let present = Set(plans.map(\.directory))
        for (directory, before) in known where !present.contains(directory) {
            known[directory] = nil
            guard before.state != .absent, let name = directory.split(separator: "/").last else {
                continue
            }
            changes.append(
                Change(
                    plan: String(name), directory: directory, from: before.state, to: .absent))
        }
        facts = known
        return changes
    }
}
