import FoundationEssentials

/// What a node decides about trust by: its policy, its chain, and what publishers have said.
///
/// All of it lies in files that may change at any time, and is read when it is needed. Everything
/// here blocks.
package struct TrustBasis: Sendable {
    package let releases: ReleaseBook
    let requirement: TrustRequirement
    private let home: Home
    private let threshold: Int
    private let signersPath: String?
    private let chain = Locked(KnownChain?.none)

    private struct KnownChain {
        let stamps: [FileStamp?]
        let id: String?
    }

    init(_ setup: Setup) {
        releases = ReleaseBook(setup.home)
        requirement = setup.trust
        home = setup.home
        threshold = max(1, setup.trustThreshold)
        signersPath = setup.trustSigners
    }

    var policy: TrustPolicy {
        var signers: Result<AllowedSigners, AllowedSignersError>?
        if let signersPath {
            signers = Result { () throws(AllowedSignersError) in
                try AllowedSigners(contentsOf: signersPath)
            }
        }
        return TrustPolicy(requirement, threshold: threshold, signers: signers)
    }

    var chainID: String? {
        let stamps = ChainID.stamps(in: home)
        if let known = chain.withLock({ $0 }), known.stamps == stamps { return known.id }
        let id = ChainID.read(in: home)
        chain.withLock { $0 = KnownChain(stamps: stamps, id: id) }
        return id
    }

    /// Tells without reading whether a verdict may be another, but for the time.
    func stamps(of name: PlanName?) -> [FileStamp?] {
        [
            name.flatMap { releases.stamp(of: $0) }, signersPath.flatMap { FileStamp($0) },
            FileStamp(home.manifestRecord),
        ] + ChainID.stamps(in: home)
    }

    /// Signatures over a download may be of either digest.
    func needsSHA512(_ name: PlanName) -> Bool {
        requirement == .signature || releases.page(of: name)?.evidence.signatures.isEmpty == false
    }

    /// A verdict, and the manifest that it is owed to.
    struct Judgement: Sendable, Equatable {
        let verdict: TrustVerdict
        var manifest: AcceptedManifests.Manifest?
    }

    /// - Parameter name: Nil for genesis, of which nobody says anything.
    func judge(_ facts: TrustFacts, of name: PlanName?, at date: Date = Date()) -> Judgement {
        let page = name.flatMap { releases.page(of: $0) }
        let evidence = page?.evidence ?? ReleaseEvidence()
        let manifest = evidence.manifest.flatMap { AcceptedManifests.Manifest($0) }
        let verdict = judge(of: name, manifest).judge(evidence, of: facts, at: date)
        switch verdict {
        case .trusted(.manifest): return Judgement(verdict: verdict, manifest: manifest)
        case .notYet(let reason, let remedy):
            guard case .unreadable(let path, let why)? = page else { break }
            return Judgement(
                verdict: .notYet(reason: "\(reason); \(path): \(why)", remedy: remedy))
        case .trusted, .refused: break
        }
        return Judgement(verdict: verdict)
    }

    func judge(of name: PlanName?, _ manifest: AcceptedManifests.Manifest?) -> TrustJudge {
        var lowest: Int64?
        if let name, let manifest {
            lowest = AcceptedManifests(in: home).lowestSequence(
                for: manifest, of: home.release(for: name).directory)
        }
        return TrustJudge(
            policy: policy, chainID: manifest == nil ? nil : chainID, plan: name,
            letters: home.letterCase, lowestSequence: lowest)
    }

    /// Remembers the manifest that a release is about to be placed by.
    func accept(
        _ manifest: AcceptedManifests.Manifest, for release: Release
    ) throws(StagingRefusal) {
        var accepted = AcceptedManifests(in: home)
        accepted.accept(manifest, for: release.directory)
        do throws(SystemError) {
            try accepted.store(in: home)
        } catch {
            throw StagingRefusal(error)
        }
    }
}
