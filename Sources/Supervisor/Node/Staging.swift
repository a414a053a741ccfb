import FoundationEssentials
import Glibc
import Logging

/// Binaries that come from outside: where they go, and whether they may.
extension NodeSupervisor {
    /// What is known of the folder that a plan's binary would go to.
    ///
    /// - Throws: `.planConflict` when the folder is known under another spelling.
    package func stagingTarget(
        for name: PlanName
    ) async throws(StagingRefusal) -> StagingTarget {
        let release = setup.home.release(for: name)
        await digest(release)
        let basis = staging.trust
        let isSigned = await staging.pool.run { basis.needsSHA512(name) }
        let plan = facts(in: release.directory)
        if let plan, plan.name != name.text, isSpelled(plan, in: release) {
            throw .planConflict(existing: plan.name)
        }
        return StagingTarget(
            name: name, release: release, plan: plan, binary: binaryFacts(of: release),
            placed: staging.binaries.placed(in: release)?.from,
            held: staging.quarantine.held(in: release.directory)?.held?.digests,
            isCurrent: (try? CurrentLink(setup.home).resolve()) == release,
            needsSHA512: isSigned || TrustRule(plan: plan).needsSHA512)
    }

    /// Somebody wrote the name so; a folder's own name says nothing of upper and lower case.
    private func isSpelled(_ plan: PlanFacts, in release: Release) -> Bool {
        plan.origin != .layout || spelling(of: release) != nil
    }

    /// How the plan's name was spelled by who staged its binary.
    func spelling(of release: Release) -> String? {
        staging.binaries.placed(in: release)?.plan
            ?? staging.quarantine.held(in: release.directory)?.plan
    }

    /// Sees to it that the digest of a binary is known, if there is one.
    func digest(_ release: Release) async {
        let facts = staging.binaries.facts(of: release)
        guard facts.isStaged, facts.sha256 == nil else { return }
        let binaries = staging.binaries
        await staging.pool.run { binaries.hash() }
    }

    /// Decides about what has been received: it is placed when the policy takes what vouches for it,
    /// held while that may still come, and discarded when it is refused.
    package func stage(
        _ received: Received, for name: PlanName, from source: BinaryFacts.Source,
        by originator: Originator, voucher: Voucher, if condition: BinaryCondition
    ) async throws(StagingRefusal) -> StagedAnswer {
        try await stage(
            received, for: name, from: source, by: originator, voucher: voucher, if: condition,
            stop: StopWish())
    }

    /// - Parameter stop: ends it while it is unpacked.
    func stage(
        _ received: Received, for name: PlanName, from source: BinaryFacts.Source,
        by originator: Originator, voucher: Voucher, if condition: BinaryCondition, stop: StopWish
    ) async throws(StagingRefusal) -> StagedAnswer {
        do throws(StagingRefusal) {
            let target = try await stagingTarget(for: name)
            let isSame = target.binary.isStaged && target.isMade(of: received.digests)
            try condition.check(target.binary, isSame: isSame)
            try target.requireFree()
            let isNew = target.binary.state == .absent
            if isSame, target.placed != nil {
                await drop(received)
                return StagedAnswer(binary: target.binary, isNew: false)
            }
            guard let trusted = try await trusted(received, for: target, voucher, stop: stop) else {
                let binary = try await hold(received, for: target, from: source, by: originator)
                return StagedAnswer(binary: binary, isNew: isNew)
            }
            let binary = try await place(
                trusted, of: received, in: target, source: source, by: originator)
            return StagedAnswer(binary: binary, isNew: isNew)
        } catch {
            // What is held stays so until somebody takes it away, but for what was unpacked of it.
            if staging.quarantine.entry(received.id)?.record?.held == nil {
                await drop(received)
            } else {
                await endUnpacking(received)
            }
            throw error
        }
    }

    private func drop(_ received: Received) async {
        let quarantine = staging.quarantine
        await staging.pool.run { quarantine.discard(received.id) }
    }

    private func hold(
        _ received: Received, for target: StagingTarget, from source: BinaryFacts.Source,
        by originator: Originator
    ) async throws(StagingRefusal) -> BinaryFacts {
        let quarantine = staging.quarantine
        memory.stagers[target.release.directory] = originator
        defer { memory.stagers[target.release.directory] = nil }
        let record = try await staging.pool.run { () throws(StagingRefusal) in
            try quarantine.hold(received, for: target.name, source: source, by: originator)
        }
        log.notice(
            "a binary is held: what vouches for it is not enough",
            metadata: [
                "plan.name": "\(target.name.text)", "sha256": "\(received.digests.sha256 ?? "-")",
            ])
        publish()
        return record.held?.facts ?? .absent
    }

    /// Puts it in its place; what was held for the plan goes.
    private func place(
        _ trusted: TrustedAssembly, of received: Received, in target: StagingTarget,
        source: BinaryFacts.Source, by originator: Originator
    ) async throws(StagingRefusal) -> BinaryFacts {
        memory.stagers[target.release.directory] = originator
        defer { memory.stagers[target.release.directory] = nil }
        let binary = PlacedBinary(
            trusted.assembly, of: received, plan: target.name, trust: trusted.trust, source: source)
        try await carryOut(trusted, of: received, binary, in: target)
        log.notice(
            "staged a binary",
            metadata: [
                "plan.name": "\(target.name.text)", "sha256": "\(binary.sha256)",
                "trust": "\(trusted.trust.rawValue)",
                "chosen": "\(trusted.assembly.choice ?? "-")",
            ])
        judging.raise()
        publish()
        return binary.facts
    }

    private func carryOut(
        _ trusted: TrustedAssembly, of received: Received, _ binary: PlacedBinary,
        in target: StagingTarget
    ) async throws(StagingRefusal) {
        let (home, quarantine, binaries) = (setup.home, staging.quarantine, staging.binaries)
        let old = binaries.placed(in: target.release)
        let basis = staging.trust
        let placement = try await staging.pool.run { () throws(StagingRefusal) in
            if let manifest = trusted.manifest { try basis.accept(manifest, for: target.release) }
            return try Placement(
                of: trusted.assembly, binary, in: quarantine, to: target.release, of: home,
                replacing: old)
        }
        // Looked at once more, with nothing between this and the rename.
        guard isFree(target.release) else { throw .planInUse(.upgrading) }
        try placement.rename()
        binaries.forget(target.release)
        let held = quarantine.held(in: target.release.directory)
        try await staging.pool.run { () throws(StagingRefusal) in
            try placement.finish()
            quarantine.discard(received.id)
            if let held { quarantine.discard(held.id) }
        }
        binaries.forget(target.release)
    }

    private func isFree(_ release: Release) -> Bool {
        facts(in: release.directory)?.state.isOpen != false
            && (try? CurrentLink(setup.home).resolve()) != release
    }
}
