import FoundationEssentials
import Glibc

/// What of the node's life is told to the history.
extension NodeSupervisor {
    @discardableResult
    func tell(
        _ kind: Event.Kind, by originator: Originator = .system, _ data: JSONValue
    ) -> Event {
        journal.append(kind, by: originator) { _ in data }
    }

    /// Writes the history on a thread of its own, until it is finished and all is written.
    func writeJournal() async {
        // Without a thread there is no history on disk, and a node all the same.
        guard let thread = try? BlockingPool(threads: 1) else { return }
        await Self.write(journal, on: thread)
    }

    private nonisolated static func write(_ journal: Journal, on thread: BlockingPool) async {
        await withTaskExecutorPreference(thread) { await journal.write() }
    }

    func tellBeginning(adopted child: ChildProcess?) {
        tell(
            .supervisorStarted,
            .object([
                "version": .string(setup.version), "resumed": .string(memory.resumed.rawValue),
                "adopted_pid": JSONValue(child?.pid),
            ]))
        if let child { tellStart(of: child) }
    }

    func tellEnd() {
        tell(
            .supervisorStopping,
            .object(["reason": .string(memory.endReason ?? "the daemon ended")]))
    }

    func tellStart(of child: ChildProcess) {
        tell(
            .daemonStarted,
            .object([
                "pid": JSONValue(child.pid), "plan": JSONValue(memory.release.flatMap(planName)),
                "sha256": JSONValue(memory.release.flatMap { binaryFacts(of: $0).sha256 }),
                "adopted": .bool(child.isAdopted),
            ]))
    }

    func tellExit(_ facts: Status.ExitFacts) {
        var code: Int32?
        var signal: String?
        switch facts.exit {
        case .code(let number): code = number
        case .signal(let number): signal = Exit.name(of: number)
        case .unknown: break
        }
        tell(
            .daemonExited,
            .object([
                "pid": JSONValue(facts.pid), "code": JSONValue(code), "signal": JSONValue(signal),
                "expected": .bool(facts.expected),
                "uptime_seconds": JSONValue(seconds: facts.uptime),
            ]))
    }

    /// A change that the API's words can tell; launching is a moment of `running`.
    func tellPhase(from before: Lifecycle.Phase) {
        let after = lifecycle.phase
        guard
            after.name != before.name || after.step != before.step
                || after.block?.code != before.block?.code
        else { return }
        tell(
            .phaseChanged,
            .object([
                "from": .string(before.name.rawValue), "to": .string(after.name.rawValue),
                "step": JSONValue(after.step?.rawValue),
                "reason_code": JSONValue(after.block?.code.rawValue),
                "reason": JSONValue(after.block?.reason),
                "remedy": JSONValue(after.block?.remedy),
            ]))
    }

    /// Plans that are new, gone, or in another state; and what the plan file has become.
    func tellPlans(from before: [PlanFacts], to after: [PlanFacts]) {
        let known = Dictionary(before.map { ($0.directory, $0) }) { $1 }
        for plan in after {
            let old = known[plan.directory]
            let speaker = memory.planSpeakers[plan.directory]
            if plan.isUnreadableEntry, old?.isUnreadableEntry != true {
                counters.count { $0.watchErrors[.planBook] += 1 }
            }
            guard old?.told != plan.told else { continue }
            tell(
                .planChanged, by: speaker ?? .system,
                .object([
                    "plan": .string(plan.name), "from": JSONValue(old?.state.rawValue),
                    "to": .string(plan.state.rawValue), "height": JSONValue(plan.height),
                    "reason_code": .string(plan.reasonCode.rawValue),
                    "reason": .string(plan.reason),
                ]))
        }
        for plan in before where !after.contains(where: { $0.directory == plan.directory }) {
            tell(
                .planChanged, by: memory.planSpeakers[plan.directory] ?? .system,
                .object([
                    "plan": .string(plan.name), "from": .string(plan.state.rawValue), "to": .null,
                    "height": JSONValue(plan.height), "reason_code": .null, "reason": .null,
                ]))
        }
        tellPlanFile()
    }

    /// Tells of each binary that has come, gone or become another, once its digest is known.
    func tellBinaries(of plans: [PlanFacts]) {
        for change in memory.toldBinaries.changes(in: plans) {
            tell(
                .binaryChanged, by: memory.stagers[change.directory] ?? .system,
                .object([
                    "plan": .string(change.plan), "from": .string(change.from.rawValue),
                    "to": .string(change.to.state.rawValue), "sha256": JSONValue(change.to.sha256),
                    "trust": JSONValue(change.to.trust?.rawValue),
                    "source": JSONValue(change.to.source?.rawValue),
                ]))
        }
    }

    private func tellPlanFile() {
        guard let content = memory.seenPlan?.file.content else { return }
        let state = PlanFileState(content)
        guard state != memory.toldPlanFile else { return }
        memory.toldPlanFile = state
        var trouble: String?
        switch content {
        case .broken(let why), .unusable(let why): trouble = why
        case .absent, .empty, .plan: break
        }
        tell(
            .planFile,
            .object([
                "state": .string(state.rawValue),
                "reason": JSONValue(trouble),
            ]))
    }
}

extension PlanFacts {
    /// A change of any of these is an event.
    fileprivate var told: [String?] {
        [
            state.rawValue, reasonCode.rawValue, trigger.rawValue, height.map(String.init), info,
            expectedSHA256,
        ]
    }

    /// Its page of the plan book can't be read.
    fileprivate var isUnreadableEntry: Bool { state == .invalid && origin == .operator }
}

/// The plan file in the API's words.
enum PlanFileState: String, Sendable {
    case absent, incomplete, valid, invalid

    init(_ content: PlanFile.Content) {
        switch content {
        case .absent: self = .absent
        case .empty: self = .incomplete
        case .plan: self = .valid
        case .broken, .unusable: self = .invalid
        }
    }
}

extension Lifecycle.Phase {
    /// What a human must see to, whether the daemon runs or not.
    var block: Block? {
        switch self {
        case .blocked(let block): block
        case .running(let run): run.awaiting
        case .idle, .launching, .stopping, .upgrading, .backingOff, .ended: nil
        }
    }
}
