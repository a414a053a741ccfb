import Testing

@testable import Supervisor

/// Every combination of the facts that matter around a plan's height, in mixed radix.
struct EnumeratedFacts: Sequence {
    static let height: Height = 100
    let plan: UpgradePlan

    private static let heights: [Height?] = [nil, 98, 99, 100, 101]
    private static let children: [Facts.ChildState] = [.none, .alive, .exited]
    private static let releases: [CurrentRelease] = [
        .genesis, .upgrade(directory: "v1", height: 10), .upgrade(directory: "v2", height: 100),
    ]
    private static let quiets: [Duration?] = [nil, .seconds(5)]
    /// The numbers of values of each fact, in the order in which `facts` takes them.
    private static let radixes = [5, 5, 4, 2, 3, 3, 2, 2, 2, 2, 2, 3, 2]
    static let count = radixes.reduce(1, *)

    func makeIterator() -> some IteratorProtocol<Facts> {
        (0..<Self.count).lazy.map(facts).makeIterator()
    }

    private func facts(_ number: Int) -> Facts {
        var rest = number
        var digits = Self.radixes.makeIterator()
        func next() -> Int {
            guard let radix = digits.next() else { return 0 }
            defer { rest /= radix }
            return rest % radix
        }
        var facts = Facts(current: .genesis)
        facts.file = .plan(plan)
        facts.stored = Self.heights[next()]
        facts.applied = Self.heights[next()]
        facts.wal = Self.heights[next()]
        facts.isFresh = next() == 1
        facts.child = Self.children[next()]
        facts.current = Self.releases[next()]
        facts.walQuietFor = Self.quiets[next()]
        facts.isComet = next() == 1
        facts.hold = next() == 1 ? PlanHold(name: "v2", height: 100, reason: "no") : nil
        facts.due = next() == 1 ? DueRecord.sample(at: Self.height) : nil
        facts.skipped = next() == 1 ? [Self.height] : []
        facts.fruitlessStarts = next()
        facts.proving =
            next() == 1 ? ChildRecord.ProvenPlan(name: "v2", height: Self.height) : nil
        facts.binary = .present
        return facts
    }
}

extension Facts {
    var isPlanCurrent: Bool { current.upgradeDirectory == "v2" }

    /// Block H is applied, or one after it stored.
    var isPassed: Bool {
        (applied ?? 0) >= EnumeratedFacts.height || (reached ?? 0) > EnumeratedFacts.height
    }
}
