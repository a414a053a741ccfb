import FoundationEssentials

/// One piece of work that somebody, or the chain, began; the one record of how it went.
package struct Operation: Sendable, Equatable {
    /// Of its `operation_started` event.
    package let id: EventID
    package let kind: Kind
    package let plan: String?
    package var state = State.running
    package var step: UpgradeStep?
    /// Nil until something could be counted.
    package var progress: Progress?
    package let originator: Originator
    package let createdAt: Date
    package var finishedAt: Date?
    /// The client's own name for the request, and what it was then: see RFC draft
    /// httpapi-idempotency-key-header.
    package let key: IdempotencyKey?
    /// Why it was asked for, in the caller's words.
    package var reason: String?
    package var result: SwitchResult?
    /// Of a prepare that succeeded.
    package var staged: BinaryFacts?
    package var failure: Failure?

    package enum Kind: String, Sendable, CaseIterable {
        case start, stop, restart, prepare
        case `switch`
        case rollback, backup, restore
    }

    package enum State: String, Sendable, CaseIterable {
        case running, succeeded, failed, cancelled
    }

    /// What a repeated request is known by.
    package struct IdempotencyKey: Sendable, Equatable {
        package let text: String
        /// Of method, path, caller and body.
        package let fingerprint: String

        package init(text: String, fingerprint: String) {
            self.text = text
            self.fingerprint = fingerprint
        }
    }

    /// How far it is.
    package struct Progress: Sendable, Equatable {
        package var done: Int64
        /// Nil when nobody can tell.
        package var total: Int64?
        package var unit: Unit

        package enum Unit: String, Sendable, CaseIterable {
            case bytes, files, steps
        }

        package init(done: Int64, total: Int64?, unit: Unit) {
            self.done = done
            self.total = total
            self.unit = unit
        }

        /// Of an upgrade.
        static func steps(done: Int) -> Progress {
            Progress(done: Int64(done), total: Int64(UpgradeStep.allCases.count), unit: .steps)
        }
    }

    /// How long a switch took.
    package struct SwitchResult: Sendable, Equatable {
        /// From the stop of the old daemon to the start of the new one.
        package var downtime: Duration
        package var steps: [UpgradeStep: Duration]
    }

    package struct Failure: Sendable, Equatable {
        /// The last part of a problem's type.
        package let slug: String
        package let detail: String
        package let remedy: String

        package init(slug: String, detail: String, remedy: String) {
            self.slug = slug
            self.detail = detail
            self.remedy = remedy
        }

        /// Its supervisor ended; only a switch is taken up again by the next.
        static let interrupted = Failure(
            slug: "interrupted", detail: "the supervisor ended while this was under way",
            remedy: "look at the status, and ask again if it is still wanted")
    }

    package var isRunning: Bool { state == .running }

    /// What was asked for is as the history has it, how far it is as it is now.
    func taken(from earlier: Operation) -> Operation {
        var taken = earlier
        taken.state = state
        taken.step = step
        taken.progress = progress
        taken.finishedAt = finishedAt
        taken.result = result
        taken.failure = failure
        return taken
    }

    /// Whether it can still be undone; a switch until the link is moved.
    package var isCancellable: Bool {
        guard isRunning else { return false }
        switch kind {
        case .prepare, .backup, .restore: return true
        case .switch: return step != .switch && step != .start
        case .start, .stop, .restart, .rollback: return false
        }
    }
}

extension Operation {
    /// As it is written into the history; `init?(json:)` reads it.
    package var json: JSONValue {
        .object([
            "id": .string(id.description), "kind": .string(kind.rawValue),
            "plan": JSONValue(plan), "state": .string(state.rawValue),
            "step": JSONValue(step?.rawValue), "progress": progress?.json ?? .null,
            "actor": originator.json, "reason": JSONValue(reason),
            "created_at": JSONValue(createdAt), "finished_at": JSONValue(finishedAt),
            "idempotency_key": JSONValue(key?.text), "fingerprint": JSONValue(key?.fingerprint),
            "result": result?.json ?? staged?.json ?? .null, "failure": failure?.json ?? .null,
        ])
    }

    /// Nil when it is no operation's.
    package init?(json: JSONValue) {
        guard let id = json["id"]?.string.flatMap(EventID.init),
            let kind = json["kind"]?.string.flatMap(Kind.init),
            let state = json["state"]?.string.flatMap(State.init),
            let originator = json["actor"].flatMap(Originator.init),
            let createdAt = json["created_at"]?.string.flatMap(Timestamp.date)
        else { return nil }
        self.id = id
        self.kind = kind
        plan = json["plan"]?.string
        self.state = state
        step = json["step"]?.string.flatMap(UpgradeStep.init)
        progress = json["progress"].flatMap(Progress.init)
        reason = json["reason"]?.string
        self.originator = originator
        self.createdAt = createdAt
        finishedAt = json["finished_at"]?.string.flatMap(Timestamp.date)
        if let key = json["idempotency_key"]?.string, let print = json["fingerprint"]?.string {
            self.key = IdempotencyKey(text: key, fingerprint: print)
        } else {
            key = nil
        }
        result = json["result"].flatMap(SwitchResult.init)
        staged = json["result"].flatMap(BinaryFacts.init)
        failure = json["failure"].flatMap(Failure.init)
    }
}

extension Operation.Progress {
    package var json: JSONValue {
        .object([
            "done": .integer(done), "total": JSONValue(total), "unit": .string(unit.rawValue),
        ])
    }

    fileprivate init?(json: JSONValue) {
        guard let done = json["done"]?.integer, let unit = json["unit"]?.string.flatMap(Unit.init)
        else { return nil }
        self.init(done: done, total: json["total"]?.integer, unit: unit)
    }
}

extension Operation.SwitchResult {
    package var json: JSONValue {
        let steps = self.steps.map { ($0.key.rawValue, JSONValue(seconds: $0.value)) }
        return .object([
            "downtime_seconds": JSONValue(seconds: downtime),
            "steps": .object(Dictionary(uniqueKeysWithValues: steps)),
        ])
    }

    fileprivate init?(json: JSONValue) {
        guard let downtime = json["downtime_seconds"]?.seconds,
            case .object(let members)? = json["steps"]
        else { return nil }
        self.downtime = downtime
        steps = [:]
        for (name, value) in members {
            if let step = UpgradeStep(rawValue: name) { steps[step] = value.seconds }
        }
    }
}

extension Operation.Failure {
    package var json: JSONValue {
        .object([
            "slug": .string(slug), "detail": .string(detail), "remedy": .string(remedy),
        ])
    }

    fileprivate init?(json: JSONValue) {
        guard let slug = json["slug"]?.string, let detail = json["detail"]?.string,
            let remedy = json["remedy"]?.string
        else { return nil }
        self.init(slug: slug, detail: detail, remedy: remedy)
    }
}

extension JSONValue {
    /// A number of seconds, to the millisecond.
    fileprivate var seconds: Duration? {
        switch self {
        case .number(let value) where value.magnitude < 1e12:
            .milliseconds(Int64((value * 1000).rounded()))
        case .integer(let value): .seconds(value)
        case .null, .bool, .string, .array, .object, .number: nil
        }
    }
}
