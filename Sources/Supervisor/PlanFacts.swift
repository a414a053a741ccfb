import FoundationEssentials

/// What is known of one plan: where it comes from, how far it is and why.
package struct PlanFacts: Sendable, Equatable {
    package var name: String
    /// Relative to `cosmovisor/`.
    package var directory: String
    package var origin: Origin
    package var trigger: Trigger
    /// Nil when only a folder tells of the plan.
    package var height: Height?
    package var info: String?
    /// The digest that an operator pinned: 64 lower-case hex digits.
    package var expectedSHA256: String?
    package var state: PlanState
    package var reasonCode: PlanReason
    /// In words, for people.
    package var reason: String
    package var binary: BinaryFacts
    package var createdAt: Date?
    package var appliedAt: Date?
    /// What the policy says of the binary; nil without one, and while it has to be read for that.
    package var trust: TrustVerdict?
    /// Of the preflight; nil while there is none.
    package var verdict: PreflightResult?

    /// The same without what is found out of it meanwhile: its verdict, and how its height is kept.
    var unjudged: PlanFacts {
        var facts = self
        facts.verdict = nil
        guard trigger == .height, state == .pending || state == .blocked else { return facts }
        facts.state = .pending
        facts.reasonCode = .beforeHeight
        facts.reason = ""
        return facts
    }

    package enum Origin: String, Sendable, CaseIterable {
        case chain, `operator`, layout
    }

    package enum Trigger: String, Sendable, CaseIterable {
        case chain, height, manual
    }
}

/// The states of the API's contract, section C7.
package enum PlanState: String, Sendable, CaseIterable {
    case pending, due, upgrading, provisional, applied, blocked, cancelled, stale, invalid
}

/// Why a plan is in its state; a closed list of the API's contract.
package enum PlanReason: String, Sendable, CaseIterable {
    case beforeHeight = "before_height"
    case heightUnknown = "height_unknown"
    case atHeight = "at_height"
    case fileWritten = "file_written"
    case daemonExited = "daemon_exited"
    case superseded
    case heightPassed = "height_passed"
    case skipHeight = "skip_height"
    case cancelledByOperator = "cancelled_by_operator"
    case unreadable, contradictory
    case stepFailed = "step_failed"
    case verified
}

/// The binary of a plan as it lies on disk.
package struct BinaryFacts: Sendable, Equatable {
    package var state: State
    /// 64 lower-case hex digits; nil until it has been hashed.
    package var sha256: String?
    package var size: Int64?
    /// Installed files, side libraries included.
    package var files: Int?
    package var trust: Trust?
    /// Nil for one that we did not place.
    package var source: Source?
    package var stagedAt: Date?

    package static let absent = BinaryFacts(state: .absent)

    package var isStaged: Bool { state == .staged }

    package enum State: String, Sendable, CaseIterable {
        case absent
        /// Complete and sound, and nothing vouches for it: it lies where nothing can run it.
        case held
        case staged
    }

    /// What vouches for the bytes.
    package enum Trust: String, Codable, Sendable, CaseIterable {
        case none
        case planChecksum = "plan_checksum"
        case pinned, signature, manifest
        case handPlaced = "hand_placed"
    }

    /// How the bytes came here.
    package enum Source: String, Codable, Sendable, CaseIterable {
        case upload, plan, url, path
    }
}
