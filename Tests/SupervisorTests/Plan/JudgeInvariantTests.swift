import Testing

@testable import Supervisor

/// What holds whatever the facts are: all of them around the height, 346,000 of them.
struct JudgeInvariantTests {
    @Test func `no facts around the height lead to a verdict that must not be`() throws {
        let all = EnumeratedFacts(plan: try .sample(at: EnumeratedFacts.height))
        for facts in all {
            let verdict = PlanJudge(facts).verdict
            if let sin = Self.sin(verdict, of: facts) {
                Issue.record("\(sin): \(verdict) from \(facts)")
                return
            }
        }
    }

    @Test func `a proof asked for once is not asked for again`() throws {
        let all = EnumeratedFacts(plan: try .sample(at: EnumeratedFacts.height))
        var proofs = 0
        for facts in all where facts.isFresh && facts.child == .exited && facts.proving == nil {
            guard PlanJudge(facts).verdict.ruling == .launchAgain else { continue }
            proofs += 1
            var proven = facts
            proven.proving = ChildRecord.ProvenPlan(name: "v2", height: EnumeratedFacts.height)
            guard PlanJudge(proven).verdict.ruling == .due else {
                Issue.record("\(proven)")
                return
            }
        }
        #expect(proofs > 100)
    }

    @Test func `a missing binary changes a due plan's ruling and nothing else`() throws {
        let all = EnumeratedFacts(plan: try .sample(at: EnumeratedFacts.height))
        // Of old files only our own record and the mismatch look at the binary.
        for facts in all where facts.isFresh {
            let present = PlanJudge(facts).verdict
            var other = facts
            other.binary = .absent
            let absent = PlanJudge(other).verdict
            let isRight =
                present.ruling == .due
                ? absent.ruling.shape == "dueWithoutBinary(binary_rejected)"
                    && absent.row == present.row && absent.reason == present.reason
                : absent == present
            guard isRight else {
                Issue.record("\(present) became \(absent) from \(facts)")
                return
            }
        }
    }

    private static func sin(_ verdict: Verdict, of facts: Facts) -> String? {
        let words = verdict.reason
        guard !words.isEmpty, words.contains("100") else { return "a reason without the height" }
        guard verdict.plan?.height == EnumeratedFacts.height else { return "no plan" }
        return sinOfHold(verdict, of: facts) ?? sinOfDue(verdict, of: facts)
            ?? sinOfOmission(verdict, of: facts) ?? sinOfLaunch(verdict, of: facts)
    }

    private static func sinOfHold(_ verdict: Verdict, of facts: Facts) -> String? {
        guard facts.hold != nil else { return verdict.row == .held ? "held by nobody" : nil }
        return verdict.row == .held && verdict.ruling == .carryOn ? nil : "a hold that is beaten"
    }

    private static func sinOfDue(_ verdict: Verdict, of facts: Facts) -> String? {
        guard verdict.ruling == .due else {
            return verdict.state == .due ? "due in state, not in ruling" : nil
        }
        guard facts.isFresh || facts.due != nil else { return "due by an old file" }
        guard !facts.isPassed else { return "due though passed" }
        guard !facts.isPlanCurrent else { return "due though current" }
        guard facts.due == nil else { return nil }
        guard facts.child != .alive || facts.reached != EnumeratedFacts.height - 1 else {
            return "due while imminent"
        }
        let isBelow = (facts.reached ?? 0) < EnumeratedFacts.height - 1
        let isKnownBelow = facts.reached != nil && isBelow && facts.proving == nil
        return isKnownBelow ? "due far below the height" : nil
    }

    /// The upgrade that is never detected: what must be due, or blocked aloud.
    private static func sinOfOmission(_ verdict: Verdict, of facts: Facts) -> String? {
        guard facts.isFresh, facts.hold == nil, !facts.isPassed else { return nil }
        let isHalted =
            facts.child == .alive && facts.reached == EnumeratedFacts.height
            && (facts.applied == 99
                || (facts.applied == nil && facts.wal == 100 && facts.walQuietFor != nil))
        let hasEnded = facts.child == .exited && (facts.reached ?? 0) >= 99
        guard isHalted || hasEnded else { return nil }
        if facts.isPlanCurrent {
            return verdict.row == .wrongBinary ? nil : "a wrong binary that is not named"
        }
        return verdict.ruling == .due ? nil : "not due though halted"
    }

    private static func sinOfLaunch(_ verdict: Verdict, of facts: Facts) -> String? {
        switch verdict.ruling {
        case .launchAgain:
            guard facts.isFresh, facts.child != .alive else { return "launched again for nothing" }
            return facts.proving == nil ? nil : "launched again for one proof"
        case .repair, .restart, .dueWithoutBinary: return "what cannot be"
        case .watchClosely:
            return facts.child == .alive && facts.isFresh ? nil : "watched for nothing"
        case .carryOn, .due, .blocked: return nil
        }
    }
}
