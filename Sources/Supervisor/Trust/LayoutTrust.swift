/// What the policy of a home says of what lies in a release's folder, where no supervisor is asked.
package struct LayoutTrust: Sendable {
    private let home: Home
    private let basis: TrustBasis

    package init(_ setup: Setup) {
        home = setup.home
        basis = TrustBasis(setup)
    }

    /// Reads the files, and blocks.
    ///
    /// - Returns: Nil when there is no binary, or it changes while it is read.
    package func verdict(of name: PlanName) -> TrustVerdict? {
        let release = home.release(for: name)
        guard let subject = subject(of: release, name) else { return nil }
        if basis.requirement == .any, subject.pin == nil { return .trusted(subject.vouched) }
        if subject.isPlain(under: basis.requirement) {
            return subject.plainVerdict(under: basis.requirement)
        }
        let evidence = basis.releases.page(of: name)?.evidence ?? ReleaseEvidence()
        do throws(InstalledFilesError) {
            return subject.told(basis.judge(try subject.facts(evidence), of: name).verdict)
        } catch {
            return .notYet(
                reason: "what lies there cannot be compared with a manifest: \(error)",
                remedy: "Stage the release anew.")
        }
    }

    private func subject(of release: Release, _ name: PlanName) -> TrustSubject? {
        guard let reading = SealedDigest(of: release.binary) else { return nil }
        let placed = PlacedBinaries(of: release, in: home)
            .fitting(sha256: reading.sha256, in: release)
        let stamps = basis.requirement == .any ? [] : basis.stamps(of: name)
        let isListed = placed == nil && stamps.first.flatMap { $0 } != nil
        let declaration = PlanBook(home).entry(of: name)?.declaration
        let plan = PlanFile(at: home.planFile, case: home.letterCase).plan
        return TrustSubject(
            release: release, name: name, sha256: reading.sha256, seal: reading.seal,
            placed: placed, pin: declaration?.expectedSHA256,
            info: plan?.name == name ? plan?.info : declaration?.info,
            firstUse: FirstUse(in: home),
            recorded: PlacedBinaries.recorded(for: release, in: home)?.sha256, stamps: stamps,
            tree: isListed ? InstalledFiles.seals(below: release.path) : [:])
    }
}
