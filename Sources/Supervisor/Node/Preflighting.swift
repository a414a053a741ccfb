import FoundationEssentials
import Glibc

/// The preflight of every plan that may still come: looked at when something of it has changed,
/// never because somebody asks.
extension NodeSupervisor {
    /// Evaluates what has changed, a second after it has, one after the other.
    func keepPreflighting() async {
        while await preflighting.wait(until: nil) != .cancelled {
            guard await loop.wait(until: .now + .seconds(1)) != .cancelled else { return }
            preflighting.lower()
            await evaluatePreflights()
        }
    }

    /// What was found last; nil when nothing is known of the plan.
    package func preflight(of name: PlanName) -> Preflight? {
        let plans = planFacts()
        let directory = setup.home.release(for: name).directory
        guard let plan = plans.first(where: { $0.directory == directory }) else { return nil }
        lookForChange(in: plans)
        if let known = memory.preflights[plan.directory] { return known }
        return .unknown(
            plan,
            because: plan.state.isOpen
                ? "it has not been looked at yet"
                : "nothing is checked of a plan that is \(plan.state.rawValue)")
    }

    /// Has the preflights evaluated that were made from something else than there is now.
    func lookForChange(in plans: [PlanFacts]) {
        guard isQuiet else { return }
        let subjects = preflightSubjects(of: plans)
        if subjects != memory.preflightSubjects || !memory.host.isKnown {
            preflighting.raise()
        }
    }

    /// The disk is not wanted for something that the node waits for.
    var isQuiet: Bool {
        switch lifecycle.phase {
        case .running, .idle, .blocked, .backingOff: true
        case .launching, .stopping, .upgrading, .ended: false
        }
    }

    /// Of a daemon before the present one, too.
    private var knownHeight: Height? {
        memory.heights?.heights.stored ?? board.status.height?.value
    }

    /// More than these wait for nobody.
    private static let limit = 16

    private func preflightSubjects(of plans: [PlanFacts]) -> [PreflightSubject] {
        let open = plans.filter { $0.state.isOpen }
        guard !open.isEmpty else { return [] }
        // Those that will not come by themselves are the last ones to be looked at.
        let coming = open.filter { $0.state.isComing } + open.filter { !$0.state.isComing }
        let round = PreflightSurroundings(
            setup, plans: plans, isHeightKnown: knownHeight != nil,
            serviceManager: memory.host.serviceManager)
        return coming.prefix(Self.limit).map {
            PreflightSubject(
                $0, in: setup.home, round, heightTrouble: heightTrouble(of: $0.directory))
        }
    }

    private func evaluatePreflights() async {
        guard isQuiet else { return }
        let subjects = preflightSubjects(of: planFacts())
        let changed = subjects.filter { !memory.preflightSubjects.contains($0) }
        var preflights: [String: Preflight] = [:]
        for subject in subjects {
            preflights[subject.plan.directory] = memory.preflights[subject.plan.directory]
        }
        if !changed.isEmpty || !memory.host.isKnown {
            let (host, looked) = await look(at: changed)
            tellHostChecks(HostJudge(host))
            for var facts in looked {
                facts.version = await version(of: facts)
                // What was not looked at to the end is looked at again when there is time.
                guard isQuiet, facts.version != .unconfined(.stopped) else { return }
                preflights[facts.plan.directory] = PreflightJudge(facts).preflight(at: Date())
            }
        }
        tellPreflights(from: memory.preflights, to: preflights)
        memory.preflights = preflights
        memory.preflightSubjects = subjects
        memory.versions.answers = memory.versions.answers.filter { preflights[$0.key] != nil }
        publish()
    }

    private func look(at subjects: [PreflightSubject]) async -> (HostFacts, [PreflightFacts]) {
        let (setup, stored, manager) = (setup, knownHeight, memory.host.serviceManager)
        return await staging.pool.run {
            let host = HostFacts(of: setup, storedHeight: stored, serviceManager: manager)
            let cache = LoaderCache()
            let facts = subjects.map { subject in
                let release = ReleaseSight(
                    of: subject.plan, in: setup.home, named: subject.surroundings.named,
                    environment: setup.environment, cache: cache)
                return PreflightFacts(
                    plan: subject.plan, release: release, host: host,
                    sourceRules: setup.sourceRules(for: .chain),
                    heightTrouble: subject.heightTrouble)
            }
            return (host, facts)
        }
    }

    private func tellPreflights(
        from before: [String: Preflight], to after: [String: Preflight]
    ) {
        for (directory, preflight) in after.sorted(by: { $0.key < $1.key }) {
            let old = before[directory]
            let failed = preflight.failed.map(\.id)
            guard old?.verdict != preflight.verdict || old?.failed.map(\.id) != failed else {
                continue
            }
            tell(
                .preflightChanged,
                .object([
                    "plan": .string(preflight.plan), "from": JSONValue(old?.verdict.rawValue),
                    "to": .string(preflight.verdict.rawValue),
                    "failed": .array(failed.map { .string($0.rawValue) }),
                ]))
        }
    }

    // MARK: - Before a switch

    /// Looks at the binary itself once more, for what was found before may be a second old.
    ///
    /// - Throws: `.notReady` with the checks that fail.
    func requireHardChecks(of plan: PlanFacts) async throws(WishRefusal) {
        let failed = await failedHardChecks(of: plan)
        guard let first = failed.first else { return }
        throw .notReady(first.reason, checks: failed)
    }

    /// The hard checks that fail, from what lies there now.
    func failedHardChecks(of plan: PlanFacts) async -> [PreflightCheck] {
        let (setup, named) = (setup, PreflightSurroundings.named(in: planFacts()))
        let release = await onPool {
            ReleaseSight(
                of: plan, in: setup.home, named: named, environment: setup.environment,
                cache: LoaderCache())
        }
        let facts = PreflightFacts(
            plan: plan, release: release, host: HostFacts(grace: setup.policy.grace),
            sourceRules: setup.sourceRules(for: .chain))
        return PreflightJudge(facts).preflight(at: Date()).failedHard
    }
}

extension PlanState {
    /// It will be carried out, if nothing is done about it.
    var isComing: Bool {
        switch self {
        case .pending, .due, .blocked: true
        case .upgrading, .provisional, .applied, .cancelled, .stale, .invalid: false
        }
    }
}
