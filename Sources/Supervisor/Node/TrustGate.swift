import FoundationEssentials
import Logging

/// What the policy says of the bytes that lie in a release's folder, whoever put them there.
extension NodeSupervisor {
    /// A verdict, with what it was made from.
    struct KnownTrust: Sendable {
        let subject: TrustSubject
        /// What was read for it; nil when that failed.
        let facts: TrustFacts?
        var verdict: TrustVerdict
    }

    /// What was judged before, by the folders of releases and plans.
    struct TrustMemory: Sendable {
        var known: [String: KnownTrust] = [:]
        /// Of what is held.
        var held: [String: TrustVerdict] = [:]
        /// Of what is held, and was refused once it was unpacked.
        var refused: [String: Settlement] = [:]
    }

    /// As far as it is known; nil while something has to be read first, which is begun then.
    ///
    /// - Parameter plan: What is known of the release's plan.
    func trust(in release: Release, of plan: PlanFacts?) -> TrustVerdict? {
        // The usual case costs nothing: whatever lies there may run.
        if setup.trust == .any, plan?.expectedSHA256 == nil {
            return .trusted(staging.binaries.facts(of: release).trust ?? .handPlaced)
        }
        guard let subject = trustSubject(of: release, plan) else {
            if staging.binaries.isBehind { staging.hashing.raise() }
            return nil
        }
        if subject.isPlain(under: setup.trust) {
            return subject.plainVerdict(under: setup.trust)
        }
        if let known = memory.trust.known[release.directory], known.subject == subject {
            return known.verdict
        }
        staging.hashing.raise()
        return nil
    }

    /// Nil while the executable has not been hashed, or when there is none.
    private func trustSubject(of release: Release, _ plan: PlanFacts?) -> TrustSubject? {
        guard let sha256 = staging.binaries.facts(of: release).sha256,
            let seal = Seal(release.binary)
        else { return nil }
        let placed = staging.binaries.placed(in: release)
        let name = planName(in: release, plan)
        let stamps = setup.trust == .any ? [] : staging.trust.stamps(of: name)
        let isListed = placed == nil && stamps.first.flatMap { $0 } != nil
        return TrustSubject(
            release: release, name: name, sha256: sha256, seal: seal, placed: placed,
            pin: plan?.expectedSHA256, info: plan?.info, firstUse: FirstUse(in: setup.home),
            recorded: PlacedBinaries.recorded(for: release, in: setup.home)?.sha256,
            stamps: stamps, tree: isListed ? InstalledFiles.seals(below: release.path) : [:])
    }

    private func planName(in release: Release, _ plan: PlanFacts?) -> PlanName? {
        guard let folder = release.directory.planFolder else { return nil }
        let text = plan?.name ?? PlanName.unescaped(folder, case: setup.home.letterCase)
        // What cannot be the name of a plan has no evidence.
        return try? PlanName(text, case: setup.home.letterCase)
    }

    /// Reads what a verdict needs, and answers it.
    ///
    /// - Returns: Nil when there is no binary, or it changes all the time.
    func readTrust(in release: Release) async -> TrustVerdict? {
        for _ in 0..<5 {
            let plan = facts(in: release.directory)
            if let verdict = trust(in: release, of: plan) { return verdict }
            await digest(release)
            guard let subject = trustSubject(of: release, plan) else {
                guard staging.binaries.facts(of: release).isStaged else { return nil }
                continue
            }
            let basis = staging.trust
            memory.trust.known[release.directory] = await staging.pool.run { basis.judge(subject) }
        }
        return nil
    }

    // MARK: - Going on

    /// Reads what is new of the plans that may still come, and judges anew what was read before.
    func renewTrust() async {
        guard setup.trust != .any else { return }
        let basis = staging.trust
        for (directory, known) in memory.trust.known {
            let renewed = await staging.pool.run { basis.judge(again: known) }
            if memory.trust.known[directory]?.subject == known.subject {
                memory.trust.known[directory] = renewed
            }
        }
        for plan in planFacts() where plan.state.isOpen && plan.binary.isStaged {
            _ = await readTrust(in: Release(home: setup.home, directory: plan.directory))
        }
    }

    /// As the judge of due plans is told it.
    func launchable(_ release: Release) -> StagedBinary {
        guard isAsked(of: release) else { return .present }
        return switch trust(in: release, of: facts(in: release.directory)) {
        case nil: .unusable("it is being read")
        case .trusted?: .present
        case .notYet(let reason, _)?, .refused(let reason, _)?: .unusable(reason)
        }
    }

    /// What the policy says of a plan's binary, for those who ask before it is due.
    func trust(of plan: PlanFacts) -> TrustVerdict? {
        guard plan.state.isOpen else { return nil }
        switch plan.binary.state {
        case .absent: return nil
        case .held: return memory.trust.held[plan.directory]
        case .staged:
            return trust(in: Release(home: setup.home, directory: plan.directory), of: plan)
        }
    }
}

extension TrustBasis {
    /// Reads what is needed for it.
    fileprivate func judge(_ subject: TrustSubject) -> NodeSupervisor.KnownTrust {
        let page = subject.name.flatMap { releases.page(of: $0) }
        do throws(InstalledFilesError) {
            let facts = try subject.facts(page?.evidence ?? ReleaseEvidence())
            let verdict = judge(facts, of: subject.name).verdict
            return NodeSupervisor.KnownTrust(
                subject: subject, facts: facts, verdict: subject.told(verdict))
        } catch {
            return NodeSupervisor.KnownTrust(
                subject: subject, facts: nil,
                verdict: .notYet(
                    reason: "what lies there cannot be compared with a manifest: \(error)",
                    remedy: "Stage the release anew."))
        }
    }

    /// At another time.
    fileprivate func judge(again known: NodeSupervisor.KnownTrust) -> NodeSupervisor.KnownTrust {
        guard let facts = known.facts else { return known }
        var known = known
        known.verdict = known.subject.told(judge(facts, of: known.subject.name).verdict)
        return known
    }
}
