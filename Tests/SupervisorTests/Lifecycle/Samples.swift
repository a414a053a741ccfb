import Testing

@testable import Supervisor

/// The moment at which stories and tables begin.
let start = Instant.now

extension UpgradePlan {
    static func sample(
        _ name: String = "v2", at height: Height = 100, info: String = ""
    ) throws -> UpgradePlan {
        UpgradePlan(name: try PlanName(name, case: .lowered), height: height, info: info)
    }
}

extension Block {
    static let sample = Block(.backupFailed, reason: "no room", remedy: "make room")
    static let forBinary = Block(
        .binaryRejected, reason: "no binary", remedy: "put it there", waitsFor: .binary)
}

/// Verdicts of each ruling, as the judge would give them.
struct Verdicts {
    let carryOn = Verdict(.none, .carryOn, reason: "nothing")
    let watchClosely: Verdict
    let launchAgain: Verdict
    let restart: Verdict
    let due: Verdict
    let dueWithoutBinary: Verdict
    let blocked = Verdict(.link, .blocked(.sample), reason: "broken")
    let repair = Verdict(.broken, .repair(.moveAside), reason: "broken")
    /// The switch to the plan was made and is not proven yet.
    let provisional: Verdict

    init(plan: UpgradePlan) {
        watchClosely = Verdict(.imminent, .watchClosely, plan: plan, reason: "soon")
        launchAgain = Verdict(.unproven, .launchAgain, plan: plan, reason: "it will show")
        restart = Verdict(.heightEarly, .restart, plan: plan, reason: "it is in the way")
        due = Verdict(.halted, .due, plan: plan, reason: "halted")
        dueWithoutBinary = Verdict(
            .halted, .dueWithoutBinary(.forBinary), plan: plan, reason: "halted")
        var verdict = carryOn
        verdict.provisional = plan
        provisional = verdict
    }

    var all: [Verdict] {
        [
            carryOn, watchClosely, launchAgain, restart, due, dueWithoutBinary, blocked, repair,
            provisional,
        ]
    }
}

extension Lifecycle.Phase {
    /// The phase in a few words, without times and numbers.
    var shape: String {
        switch self {
        case .idle: "idle"
        case .launching(let launch): "launching (\(launch.awaits)) then \(launch.next.shape)"
        case .running(let run):
            "running" + (run.isAdopted ? " adopted" : "")
                + (run.awaiting == nil ? "" : " awaiting")
                + (run.provisional == nil ? "" : " provisional")
        case .stopping(_, let stop): "\(stop.shape) then \(stop.next.shape)"
        case .upgrading(let upgrade):
            "upgrading (\(upgrade.step.rawValue)) then \(upgrade.next.shape)"
        case .blocked: "blocked"
        case .backingOff: "backing off"
        case .ended(let code): "ended \(code)"
        }
    }
}

extension Lifecycle.Stop {
    fileprivate var shape: String {
        if termAt != nil { return "lingering" }
        return (isKilled ? "killing" : "stopping") + (leaderExit == nil ? "" : " the group")
    }
}

extension Lifecycle.Next {
    fileprivate var shape: String {
        switch self {
        case .launch: "launch"
        case .unlessDue: "unless due"
        case .idle: "idle"
        case .end(nil): "end"
        case .end(let code?): "end \(code)"
        }
    }
}

extension Lifecycle.Effect {
    /// The effect's name, with what tells it from others of its kind.
    var shape: String {
        switch self {
        case .judge: "judge"
        case .spawn: "spawn"
        case .repair: "repair"
        case .terminate: "terminate"
        case .terminateGroup: "terminateGroup"
        case .kill: "kill"
        case .step(let step, _): "step(\(step.rawValue))"
        case .cancelStep: "cancelStep"
        case .liftHold: "liftHold"
        case .end(let code): "end(\(code))"
        }
    }
}

extension [Lifecycle.Effect] {
    var shape: String { map(\.shape).joined(separator: " ") }
}
