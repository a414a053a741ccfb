import FoundationEssentials
import Glibc
import Logging

/// What is known and told of the binaries that are there, and what becomes of those held.
extension NodeSupervisor {
    /// What is staged for a plan, or held for it.
    func binaryFacts(of release: Release) -> BinaryFacts {
        let staged = staging.binaries.facts(of: release)
        guard staged.state == .absent else { return staged }
        return staging.quarantine.held(in: release.directory)?.held?.facts ?? .absent
    }

    /// What is there to be executed, for the judge: what would not be started counts as unusable, so
    /// that nothing is stopped for it.
    func stagedBinary(of release: Release) -> StagedBinary {
        let staged = BinaryInspection.staged(release)
        switch staged {
        case .absent:
            return staging.quarantine.held(in: release.directory) == nil ? .absent : .held
        case .present: return launchable(release)
        case .held, .unusable: return staged
        }
    }

    /// The folders below `upgrades/` for which something is staged or held.
    var planFolders: Set<String> {
        let held = staging.quarantine.held.compactMap { $0.directory.split(separator: "/").last }
        return Set(ProcFile.names(in: setup.home.upgrades)).union(held.map(String.init))
    }

    /// Removes a plan's binary, staged and held.
    ///
    /// - Throws: `.preconditionFailed`, `.binaryAbsent`, `.planInUse`.
    package func unstage(
        _ name: PlanName, if condition: BinaryCondition, by originator: Originator
    ) async throws(StagingRefusal) {
        let target = try await stagingTarget(for: name)
        try condition.check(target.binary, isSame: true)
        guard target.binary.state != .absent else { throw .binaryAbsent }
        try target.requireFree()
        memory.stagers[target.release.directory] = originator
        defer { memory.stagers[target.release.directory] = nil }
        let held = staging.quarantine.held(in: target.release.directory)
        let (home, quarantine) = (setup.home, staging.quarantine)
        let placed = staging.binaries.placed(in: target.release)
        try await staging.pool.run { () throws(StagingRefusal) in
            if let held { quarantine.discard(held.id) }
            if target.binary.isStaged {
                try Placement.remove(target.release, of: home, placed: placed)
            }
        }
        staging.binaries.forget(target.release)
        log.notice("removed a binary", metadata: ["plan.name": "\(name.text)"])
        publish()
    }

    // MARK: - Work that goes on

    /// Reads binaries that are new or have changed, and publishes what that tells.
    func keepHashing() async {
        // A verdict may end with the time alone: signatures and manifests expire.
        let isTimed = setup.trust != .any
        while await staging.hashing.wait(until: isTimed ? .now + .seconds(60) : nil) != .cancelled {
            let binaries = staging.binaries
            await staging.pool.run { binaries.hash() }
            await renewTrust()
            judging.raise()
            publishing.raise()
        }
    }

    /// Clears what a crash left, lets unfinished uploads expire, and places what is held as soon as
    /// something vouches for it.
    func keepStaging() async {
        let quarantine = staging.quarantine
        var wake: EventLoop.Wake
        repeat {
            await staging.pool.run {
                // Tried again with the next upload, which is told why if it fails.
                _ = try? quarantine.folder()
                quarantine.removeExpired()
            }
            await settleHeld()
            let expiry = quarantine.nextExpiry.map { max(1, $0.timeIntervalSinceNow) }
            // What is signed may be meant for a time that is still to come.
            let next = quarantine.held.isEmpty ? expiry : min(expiry ?? 60, 60)
            wake = await staging.settling.wait(until: next.map { .now + .seconds($0) })
        } while wake != .cancelled
    }

    private func settleHeld() async {
        for record in staging.quarantine.held {
            do throws(StagingRefusal) {
                try await settle(record)
            } catch {
                log.warning(
                    "a binary that is held could not be staged",
                    metadata: ["plan.name": "\(record.plan)", "error": "\(error)"])
            }
        }
    }

    private func settle(_ record: QuarantineRecord) async throws(StagingRefusal) {
        guard let plan = facts(in: record.directory), record.held != nil, plan.state.isOpen,
            let name = try? PlanName(plan.name, case: setup.home.letterCase)
        else { return }
        let settlement = settlement(of: record, plan, name)
        guard memory.trust.refused[record.directory] != settlement else { return }
        let (quarantine, basis) = (staging.quarantine, staging.trust)
        let isNamed = TrustRule(plan: plan).needsSHA512
        let received = try await staging.pool.run { () throws(StagingRefusal) in
            try quarantine.verified(
                record, needsSHA512: isNamed || basis.needsSHA512(name))
        }
        guard let received, let source = record.held?.source,
            await isTrusted(received, for: name, plan)
        else { return publish() }
        do throws(StagingRefusal) {
            try await settle(received, for: name, from: source, by: record.originator)
        } catch {
            note(error, of: record, settlement)
            throw error
        }
    }

    /// Something else that is staged already was put there on purpose, and stays.
    private func settle(
        _ received: Received, for name: PlanName, from source: BinaryFacts.Source,
        by originator: Originator
    ) async throws(StagingRefusal) {
        guard !staging.binaries.facts(of: setup.home.release(for: name)).isStaged else { return }
        _ = try await stage(
            received, for: name, from: source, by: originator, voucher: Voucher(), if: .none)
    }

    /// Places what is held, of which an operator has sent the digest.
    ///
    /// - Returns: Nil when nothing of these digests is held.
    package func vouch(
        for digests: ContentDigests, of name: PlanName, by originator: Originator,
        if condition: BinaryCondition
    ) async throws(StagingRefusal) -> StagedAnswer? {
        let directory = setup.home.release(for: name).directory
        guard let record = staging.quarantine.held(in: directory), let held = record.held,
            held.digests.fit(digests)
        else { return nil }
        let quarantine = staging.quarantine
        let received = try await staging.pool.run { () throws(StagingRefusal) in
            try quarantine.verified(record, needsSHA512: digests.sha512 != nil)
        }
        guard let received, received.digests.fit(digests) else { return nil }
        return try await stage(
            received, for: name, from: held.source, by: originator,
            voucher: Voucher(isOperator: true), if: condition)
    }
}
