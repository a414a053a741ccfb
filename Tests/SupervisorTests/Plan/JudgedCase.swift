import FoundationEssentials
import Testing

@testable import Supervisor

/// One row of facts about the plan "v2" at height 100, and the verdict that they must lead to.
struct JudgedCase: Sendable, CustomTestStringConvertible {
    /// The row's number and what it is about, with the upstream thread it comes from.
    let testDescription: String
    var file = File.plan
    var fresh = false
    var current = "genesis"
    var child = Facts.ChildState.alive
    var stored: Height?
    var applied: Height?
    var wal: Height?
    var quiet: Duration?
    var isLogOfThisRun = true
    var incomplete = Duration.zero
    var stalled = Duration.zero
    var isComet = true
    var chainPlan: Height?
    var chainPlanName = "v2"
    var skipped: Set<Height> = []
    var hasNewArguments = false
    var isRefused = false
    var hasShownHeight = false
    var heldAt: Height?
    var dueAt: Height?
    var provingAt: Height?
    var provingName = "v2"
    var fruitless = 0
    var repairs = 0
    var hasCopy = false
    var binary = StagedBinary.present

    var row: Verdict.Row
    var ruling: String
    var state: PlanState
    var code: PlanReason

    enum File: Sendable {
        case absent, unusable, empty, broken, plan
    }

    init(
        _ text: String, _ row: Verdict.Row, _ ruling: String, _ state: PlanState,
        _ code: PlanReason, _ change: (inout JudgedCase) -> Void
    ) {
        testDescription = "\(row.rawValue): \(text)"
        self.row = row
        self.ruling = ruling
        self.state = state
        self.code = code
        change(&self)
    }

    static let height: Height = 100

    var facts: Facts {
        get throws {
            let plan = try UpgradePlan.sample(at: Self.height)
            var facts = Facts(
                current: current == "genesis"
                    ? .genesis
                    : current == "broken"
                        ? .broken(.sample) : .upgrade(directory: current, height: nil))
            facts.file = file.content(plan)
            facts.isFresh = fresh
            facts.child = child
            facts.stored = stored
            facts.applied = applied
            facts.wal = wal
            facts.walQuietFor = quiet
            facts.isLogOfThisRun = isLogOfThisRun
            facts.incompleteFor = incomplete
            facts.stalledFor = stalled
            facts.isComet = isComet
            facts.chainPlan = chainPlan.map { ChainPlan(name: chainPlanName, height: $0, info: "") }
            facts.skipped = skipped
            facts.hasNewArguments = hasNewArguments
            facts.isRefusedByDaemon = isRefused
            facts.hasShownHeight = hasShownHeight
            facts.hold = heldAt.map { PlanHold(name: "v2", height: $0, reason: "not yet") }
            facts.due = dueAt.map { DueRecord.sample(at: $0) }
            facts.proving = provingAt.map { ChildRecord.ProvenPlan(name: provingName, height: $0) }
            facts.fruitlessStarts = fruitless
            facts.repairs = repairs
            facts.hasUnprovenCopy = hasCopy
            facts.binary = binary
            return facts
        }
    }
}

extension JudgedCase.File {
    fileprivate func content(_ plan: UpgradePlan) -> PlanFile.Content {
        switch self {
        case .absent: .absent
        case .unusable: .unusable("it is a named pipe, not a regular file")
        case .empty: .empty
        case .broken: .broken("the JSON is broken or incomplete")
        case .plan: .plan(plan)
        }
    }
}

extension DueRecord {
    static func sample(_ name: String = "v2", at height: Height) -> DueRecord {
        DueRecord(
            name: name, height: height, info: "", file: nil,
            judgedAt: Date(timeIntervalSince1970: 0), reason: "it was \(height)",
            previous: "genesis")
    }
}

extension Verdict.Ruling {
    /// The ruling's name, with the block's reason or the repair.
    var shape: String {
        switch self {
        case .carryOn: "carryOn"
        case .watchClosely: "watchClosely"
        case .launchAgain: "launchAgain"
        case .restart: "restart"
        case .due: "due"
        case .dueWithoutBinary(let block): "dueWithoutBinary(\(block.code.rawValue))"
        case .blocked(let block): "blocked(\(block.code.rawValue))"
        case .repair(let repair): "repair(\(repair))"
        }
    }
}
