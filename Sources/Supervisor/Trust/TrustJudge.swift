import Crypto
import FoundationEssentials

/// Decides by a node's policy whether the bytes for a plan are trusted.
package struct TrustJudge: Sendable {
    package let policy: TrustPolicy
    /// Nil while the node has not told it.
    package let chainID: String?
    /// Nil for genesis, of which no manifest speaks.
    package let plan: PlanName?
    package let letters: PlanName.LetterCase
    package let platform: String
    /// The highest sequence of a manifest that this node has accepted; nil for none.
    package let lowestSequence: Int64?

    package init(
        policy: TrustPolicy, chainID: String?, plan: PlanName?, letters: PlanName.LetterCase,
        platform: String = PlanInfo.platform, lowestSequence: Int64? = nil
    ) {
        (self.policy, self.chainID, self.plan) = (policy, chainID, plan)
        (self.letters, self.platform) = (letters, platform)
        self.lowestSequence = lowestSequence
    }

    /// The strongest of what vouches for the bytes, if the policy takes it.
    ///
    /// A pin of other bytes refuses them whatever else there is, and so does a manifest that is
    /// signed by enough, is for this very plan, and lists other files: in both cases somebody who
    /// may say so has said that these are not the bytes.
    package func judge(
        _ evidence: ReleaseEvidence, of facts: TrustFacts, at date: Date
    ) -> TrustVerdict {
        guard !facts.contradictsPin else {
            return .refused(
                reason: "an operator has pinned the digest of other bytes",
                remedy: "Stage the bytes that were pinned, or change the plan's pin.")
        }
        let manifest = manifest(evidence, facts, date)
        if case .contradicts(let reason, let remedy) = manifest {
            return .refused(reason: reason, remedy: remedy)
        }
        if manifest == .vouches { return .trusted(.manifest) }
        let signatures = signatures(evidence, facts, date)
        if signatures == .vouches { return .trusted(.signature) }
        if let vouched = facts.vouched, policy.accepts(vouched) { return .trusted(vouched) }
        return manifest.verdict ?? signatures.verdict ?? nothing(facts)
    }

    /// What one kind of evidence comes to.
    private enum Finding: Equatable {
        case none, vouches
        case waits(reason: String, remedy: String)
        case fails(reason: String, remedy: String)
        case contradicts(reason: String, remedy: String)

        /// Nil where there is nothing to say.
        var verdict: TrustVerdict? {
            switch self {
            case .none, .vouches: nil
            case .waits(let reason, let remedy): .notYet(reason: reason, remedy: remedy)
            case .fails(let reason, let remedy), .contradicts(let reason, let remedy):
                .refused(reason: reason, remedy: remedy)
            }
        }
    }

    private static let bringSignatures =
        "Bring signatures of the allowed signers, made with `ssh-keygen -Y sign -n "
        + "\(TrustPolicy.namespace)`."
}

// MARK: - Signatures

extension TrustJudge {
    private func signatures(
        _ evidence: ReleaseEvidence, _ facts: TrustFacts, _ date: Date
    ) -> Finding {
        guard !evidence.signatures.isEmpty else { return .none }
        guard let download = facts.download else {
            return .waits(
                reason: "what was signed is not known any more",
                remedy: "Stage the binary again, or bring a signed manifest.")
        }
        return tally(evidence.signatures, over: download, of: "the download", date)
    }

    /// Whether enough have signed.
    private func tally(
        _ signatures: [[UInt8]], over digests: ContentDigests, of what: String, _ date: Date
    ) -> Finding {
        guard case .success(let signers)? = policy.signers else {
            let (reason, remedy) = missingSigners
            return .waits(reason: reason, remedy: remedy)
        }
        let tally = SignatureTally(signatures, over: digests, signers: signers, at: date)
        guard let shortfall = tally.shortfall(of: policy.threshold) else { return .vouches }
        let reason = "\(what): \(shortfall)"
        return tally.isWaiting
            ? .waits(reason: reason, remedy: Self.bringSignatures)
            : .fails(reason: reason, remedy: Self.bringSignatures)
    }

    /// Why there is no file of signers that counts.
    private var missingSigners: (reason: String, remedy: String) {
        guard case .failure(let error)? = policy.signers else {
            return ("no allowed signers are configured", "Name a file of allowed signers.")
        }
        return ("no signature can be checked: \(error)", "Mend the allowed signers.")
    }

    private func nothing(_ facts: TrustFacts) -> TrustVerdict {
        switch policy.requirement {
        case .signature:
            guard case .success? = policy.signers else {
                let (reason, remedy) = missingSigners
                return .notYet(reason: reason, remedy: remedy)
            }
            return .notYet(
                reason: "the policy asks for signatures, and there are none",
                remedy: Self.bringSignatures)
        case .checksum where facts.vouched == .handPlaced:
            return .notYet(
                reason: "the binary was placed by hand, and no digest vouches for it",
                remedy: "Pin its SHA-256 in the plan.")
        case .checksum, .any:
            return .notYet(
                reason: "nothing vouches for the bytes",
                remedy: "Pin their SHA-256 in the plan, or bring a signature.")
        }
    }
}

// MARK: - The manifest

extension TrustJudge {
    private func manifest(
        _ evidence: ReleaseEvidence, _ facts: TrustFacts, _ date: Date
    ) -> Finding {
        guard let bytes = evidence.manifest else { return .none }
        var digest = RunningDigest(withSHA512: true)
        digest.update(bytes)
        let finding = tally(
            evidence.manifestSignatures, over: digest.digests, of: "the manifest", date)
        // Who has not signed has said nothing, so that nothing of it is read.
        guard finding == .vouches else { return finding }
        do throws(ReleaseManifestError) {
            return check(try ReleaseManifest(json: bytes), facts, date)
        } catch {
            return .fails(
                reason: "the manifest is signed, but \(error)",
                remedy: "Ask the publisher for a manifest of `switchyard manifest create`.")
        }
    }

    private func check(
        _ manifest: ReleaseManifest, _ facts: TrustFacts, _ date: Date
    ) -> Finding {
        guard let chainID else {
            return .waits(
                reason: "the chain's id is not known, and the manifest is bound to one",
                remedy: "Start the node, or name its chain id.")
        }
        guard let plan else { return .none }
        do throws(ManifestRefusal) {
            try manifest.check(
                chainID: chainID, plan: plan, case: letters, platform: platform, at: date,
                lowestSequence: lowestSequence)
            return try check(manifest, of: facts)
        } catch {
            let (reason, remedy) = (error.description, error.remedy)
            if error.isContradiction { return .contradicts(reason: reason, remedy: remedy) }
            if case .notYetValid = error { return .waits(reason: reason, remedy: remedy) }
            return .fails(reason: reason, remedy: remedy)
        }
    }

    /// The installed files, where there are any, count more than what brought them.
    private func check(
        _ manifest: ReleaseManifest, of facts: TrustFacts
    ) throws(ManifestRefusal) -> Finding {
        if let files = facts.files {
            try manifest.check(files: files, platform: platform)
        } else if let download = facts.download {
            try manifest.check(download: download, platform: platform)
        } else {
            return .waits(reason: "nothing is staged yet", remedy: "Stage the plan's binary.")
        }
        return .vouches
    }
}
