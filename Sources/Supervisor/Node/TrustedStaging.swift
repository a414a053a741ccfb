import Logging

/// What the node's policy says of bytes that were received, before and after they are unpacked.
extension NodeSupervisor {
    /// What lies ready to be placed, and why it may be.
    struct TrustedAssembly: Sendable {
        let assembly: Assembly
        let trust: BinaryFacts.Trust
        /// By which it is trusted.
        let manifest: AcceptedManifests.Manifest?
    }

    /// Nil when it is to be held: the evidence, or the time, is still to come.
    ///
    /// - Throws: `.trustRefused`, and what unpacking throws.
    func trusted(
        _ received: Received, for target: StagingTarget, _ voucher: Voucher, stop: StopWish
    ) async throws(StagingRefusal) -> TrustedAssembly? {
        let rule = TrustRule(plan: target.plan, voucher: voucher)
        guard try await mayUnpack(received, for: target.name, rule) else { return nil }
        let assembly = try await assemble(received, for: rule, stop: stop)
        do throws(StagingRefusal) {
            var facts = rule.facts(of: received)
            facts.files = assembly.files
            let judgement = await judge(facts, of: target.name)
            if let trust = try judgement.verdict.trust {
                return TrustedAssembly(
                    assembly: assembly, trust: trust, manifest: judgement.manifest)
            }
            await endUnpacking(received)
            return nil
        } catch {
            await endUnpacking(received)
            throw error
        }
    }

    /// Whether the bytes themselves are trusted, of which nothing was parsed yet.
    private func mayUnpack(
        _ received: Received, for name: PlanName, _ rule: TrustRule
    ) async throws(StagingRefusal) -> Bool {
        // An operator may still pin others; nothing else makes up for it.
        guard !rule.contradicts(received.digests, isArchive: received.isArchive) else {
            return false
        }
        return try await judge(rule.facts(of: received), of: name).verdict.trust != nil
    }

    private func judge(_ facts: TrustFacts, of name: PlanName) async -> TrustBasis.Judgement {
        let basis = staging.trust
        return await staging.pool.run { basis.judge(facts, of: name) }
    }

    /// Removes what was unpacked of it.
    func endUnpacking(_ received: Received) async {
        let quarantine = staging.quarantine
        await staging.pool.run { quarantine.endUnpacking(received.id) }
    }

    // MARK: - What is held

    /// Whether what is held is trusted by now; what the policy says of it is told with its plan.
    func isTrusted(
        _ received: Received, for name: PlanName, _ plan: PlanFacts
    ) async -> Bool {
        let rule = TrustRule(plan: plan)
        let verdict = await judge(rule.facts(of: received), of: name).verdict
        memory.trust.held[plan.directory] = verdict
        guard case .trusted = verdict else { return false }
        return !rule.contradicts(received.digests, isArchive: received.isArchive)
    }

    /// What was refused once it was unpacked is not unpacked again for the same reasons.
    func settlement(of record: QuarantineRecord, _ plan: PlanFacts, _ name: PlanName) -> Settlement
    {
        Settlement(
            id: record.id, pin: plan.expectedSHA256, info: plan.info,
            stamps: staging.trust.stamps(of: name))
    }

    /// Remembers what comes of the bytes themselves, and not of a disk that is full now.
    func note(_ error: StagingRefusal, of record: QuarantineRecord, _ settlement: Settlement) {
        switch error {
        case .trustRefused(let reason, let remedy):
            memory.trust.held[record.directory] = .refused(reason: reason, remedy: remedy)
        case .digestRefused, .unpackRefused, .rejected: break
        default: return
        }
        memory.trust.refused[record.directory] = settlement
    }

    struct Settlement: Sendable, Equatable {
        let id: String
        let pin: String?
        let info: String?
        let stamps: [FileStamp?]
    }
}

extension TrustVerdict {
    /// Nil while it is not so yet.
    fileprivate var trust: BinaryFacts.Trust? {
        get throws(StagingRefusal) {
            switch self {
            case .trusted(let trust): return trust
            case .notYet: return nil
            case .refused(let reason, let remedy): throw .trustRefused(reason, remedy: remedy)
            }
        }
    }
}
