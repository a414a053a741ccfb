import Testing

@testable import Supervisor

/// One row of facts about the plan by height "v2" at 100, and the verdict that they must lead to.
struct HeightCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var style: HaltStyle? = .beforeBlock
    /// The child's halt height; nil for the right one, 0 for none.
    var halt: Height?
    var source = HaltSetting.Source.plan
    var child = Facts.ChildState.exited
    var stored: Height?
    var applied: Height?
    var wal: Height?
    var quiet: Duration?
    var stalled = Duration.zero
    var served: Height?
    var end = Facts.End.unknown
    var isLogOfThisRun = true
    var heightAtStart: Height?
    var fruitless = 0
    var watches = false
    var dueAt: Height?
    var other: (name: String, height: Height)?
    var binary = StagedBinary.present

    let row: Verdict.Row
    let ruling: String

    init(
        _ text: String, _ row: Verdict.Row, _ ruling: String,
        _ change: (inout HeightCase) -> Void
    ) {
        testDescription = "\(row.rawValue): \(text)"
        self.row = row
        self.ruling = ruling
        change(&self)
    }

    static let height: Height = 100

    var facts: Facts {
        get throws {
            let plan = try UpgradePlan.sample(at: Self.height)
            var facts = Facts(current: .genesis)
            facts.child = child
            facts.stored = stored
            facts.applied = applied
            facts.wal = wal
            facts.walQuietFor = quiet
            facts.stalledFor = stalled
            facts.isComet = true
            facts.fruitlessStarts = fruitless
            facts.due = dueAt.map { DueRecord.sample(at: $0) }
            if let other {
                facts.file = .plan(try UpgradePlan.sample(other.name, at: other.height))
            }
            var next = HeightFacts(
                plan: plan,
                style: style.map { .success($0) }
                    ?? .failure(HeightTrouble(reason: "no idea", remedy: "name it")))
            let set = halt ?? next.exactHalt ?? 0
            facts.halt = set > 0 ? HaltSetting(height: set, source: source) : nil
            next.wanted = next.exactHalt.map { HaltSetting(height: $0, source: .plan) }
            next.served = served
            facts.end = end
            next.isLogOfThisRun = isLogOfThisRun
            next.heightAtStart = heightAtStart
            next.watches = watches
            next.binary = binary
            facts.next = next
            return facts
        }
    }
}
