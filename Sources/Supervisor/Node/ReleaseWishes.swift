/// What may be said of a plan's release, by whoever brings it: signatures speak for themselves.
extension NodeSupervisor {
    /// Nil when nothing was said.
    package func release(of name: PlanName) async -> ReleaseReport? {
        let release = setup.home.release(for: name)
        let download =
            staging.quarantine.held(in: release.directory)?.held?.digests
            ?? staging.binaries.placed(in: release)?.from
        let basis = staging.trust
        return await staging.pool.run {
            basis.releases.page(of: name).map { page in
                basis.report(on: page, of: name, download: download)
            }
        }
    }

    /// Puts what is said in the place of what was.
    ///
    /// The plan need not be known yet.
    /// - Parameters:
    ///   - evidence: Nil takes back what was said.
    ///   - seen: what the caller knew when it decided.
    /// - Throws: `.changed` when that is not so any more; nothing was written then.
    package func bring(
        _ evidence: ReleaseEvidence?, for name: PlanName, seen: ReleaseBook.Page?,
        by originator: Originator
    ) async throws(PlanRefusal) {
        let plan = facts(of: name)
        if let plan, plan.origin != .layout, plan.name != name.text {
            throw .conflict(existing: plan.name, "the same plan is known as \"\(plan.name)\"")
        }
        let releases = staging.trust.releases
        do throws(PlanBookError) {
            try await staging.pool.run { () throws(PlanBookError) in
                try releases.replace(seen, with: evidence, of: name)
            }
        } catch {
            switch error {
            case .changed: throw .changed
            case .system(let error): throw .notWritten(error)
            }
        }
        tellRelease(evidence, of: name, by: originator)
        staging.settling.raise()
        staging.hashing.raise()
        publish()
    }

    /// The plan is what it was: what is known of its release is another.
    private func tellRelease(
        _ evidence: ReleaseEvidence?, of name: PlanName, by originator: Originator
    ) {
        let plan = facts(of: name)
        let state = JSONValue(plan?.state.rawValue)
        let count = (evidence?.manifestSignatures.count ?? 0) + (evidence?.signatures.count ?? 0)
        let reason =
            evidence == nil
            ? "what publishers had said of its release was taken back"
            : "\(count) signatures of its release were brought"
        tell(
            .planChanged, by: originator,
            .object([
                "plan": .string(plan?.name ?? name.text), "from": state, "to": state,
                "height": JSONValue(plan?.height),
                "reason_code": JSONValue(plan?.reasonCode.rawValue), "reason": .string(reason),
            ]))
    }
}
