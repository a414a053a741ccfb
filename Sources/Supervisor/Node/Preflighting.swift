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
        if subjects != memory.preflightSubjects { preflighting.raise() }
    }

    /// The disk is not wanted for something that the node waits for.
    private var isQuiet: Bool {
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
            setup, plans: plans, isHeightKnown: knownHeight != nil)
        return coming.prefix(Self.limit).map { PreflightSubject($0, in: setup.home, round) }
    }

    private func evaluatePreflights() async {
        guard isQuiet else { return }
        let subjects = preflightSubjects(of: planFacts())
        let changed = subjects.filter { !memory.preflightSubjects.contains($0) }
        var preflights: [String: Preflight] = [:]
        for subject in subjects {
            preflights[subject.plan.directory] = memory.preflights[subject.plan.directory]
        }
        if !changed.isEmpty {
            let (setup, stored) = (setup, knownHeight)
            let new = await staging.pool.run {
                Self.evaluate(changed, of: setup, storedHeight: stored)
            }
            preflights.merge(new) { $1 }
        }
        tellPreflights(from: memory.preflights, to: preflights)
        memory.preflights = preflights
        memory.preflightSubjects = subjects
        publish()
    }

    /// Blocks.
    private static func evaluate(
        _ subjects: [PreflightSubject], of setup: Setup, storedHeight: Height?
    ) -> [String: Preflight] {
        let host = HostFacts(of: setup, storedHeight: storedHeight)
        let cache = LoaderCache()
        let preflights = subjects.map { subject in
            let release = ReleaseSight(
                of: subject.plan, in: setup.home, named: subject.surroundings.named,
                environment: setup.environment, cache: cache)
            let facts = PreflightFacts(plan: subject.plan, release: release, host: host)
            return (subject.plan.directory, PreflightJudge(facts).preflight(at: Date()))
        }
        return Dictionary(preflights) { $1 }
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
        let (setup, named) = (setup, PreflightSurroundings.named(in: planFacts()))
        let release = await onPool {
            ReleaseSight(
                of: plan, in: setup.home, named: named, environment: setup.environment,
                cache: LoaderCache())
        }
        let facts = PreflightFacts(
            plan: plan, release: release, host: HostFacts(grace: setup.policy.grace))
        let failed = PreflightJudge(facts).preflight(at: Date()).failedHard
        guard let first = failed.first else { return }
        throw .notReady(first.reason, checks: failed)
    }
}

/// What a preflight is made from, as far as it costs no more than a stat to tell that it changed.
struct PreflightSubject: Sendable, Equatable {
    /// Without what changes by itself.
    let plan: PlanFacts
    let surroundings: PreflightSurroundings
    private let seal: Seal?
    private let bin: FileStamp?
    private let lib: FileStamp?

    init(_ plan: PlanFacts, in home: Home, _ surroundings: PreflightSurroundings) {
        var plan = plan.unjudged
        plan.state = plan.state == .stale ? .stale : .pending
        plan.reasonCode = .beforeHeight
        plan.reason = ""
        plan.createdAt = nil
        self.plan = plan
        self.surroundings = surroundings
        let release = Release(home: home, directory: plan.directory)
        seal = Seal(release.binary)
        bin = FileStamp(release.path + "/bin")
        lib = FileStamp(release.path + "/lib")
    }
}

/// What all preflights of a node are made from.
struct PreflightSurroundings: Sendable, Equatable {
    /// Folders that plans have named.
    let named: Set<String>
    private let files: [FileStamp?]
    private let isHeightKnown: Bool
    private let isBackupWritable: Bool
    /// Nobody tells when a disk fills up: after this many seconds it is measured anew.
    private let age: Int

    private static let lifetime = 6 * 3600

    init(_ setup: Setup, plans: [PlanFacts], isHeightKnown: Bool) {
        let home = setup.home
        named = Self.named(in: plans)
        files = [
            home.upgrades, home.config + "/config.toml", home.config + "/app.toml",
            home.config + "/priv_validator_key.json", setup.hook.map { home.root + "/" + $0 },
            "/etc/ld.so.cache",
        ].map { $0.flatMap { FileStamp($0) } }
        self.isHeightKnown = isHeightKnown
        isBackupWritable = setup.backupFolder.map { access($0, W_OK) == 0 } ?? true
        age = Int(Date().timeIntervalSince1970) / Self.lifetime
    }

    static func named(in plans: [PlanFacts]) -> Set<String> {
        Set(plans.filter { $0.origin != .layout || !$0.state.isOpen }.map(\.directory))
    }
}

extension PlanState {
    /// It will be carried out, if nothing is done about it.
    fileprivate var isComing: Bool {
        switch self {
        case .pending, .due, .blocked: true
        case .upgrading, .provisional, .applied, .cancelled, .stale, .invalid: false
        }
    }
}
