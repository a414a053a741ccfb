import FoundationEssentials

/// What publishers have said of a plan's release, and how much of it counts now.
package struct ReleaseReport: Sendable, Equatable {
    package let page: ReleaseBook.Page
    /// Of the manifest; nil when there is none.
    package var sequence: Int64?
    /// Who vouches for the manifest.
    package var manifestSigners: [SignatureTally.Signer] = []
    /// Who vouches for the download.
    package var signers: [SignatureTally.Signer] = []
    /// What does not count, and why; clauses.
    package var remarks: [String] = []

    package var evidence: ReleaseEvidence { page.evidence }
}

extension TrustBasis {
    /// - Parameter download: Of what is held or staged for the plan; nil while nothing is.
    func report(
        on page: ReleaseBook.Page, of name: PlanName, download: ContentDigests?
    ) -> ReleaseReport {
        var report = ReleaseReport(page: page)
        if case .unreadable(let path, let reason) = page { report.remarks = ["\(path): \(reason)"] }
        let evidence = page.evidence
        if let bytes = evidence.manifest {
            report.addManifest(bytes, judge(of: name, AcceptedManifests.Manifest(bytes)))
        }
        guard !evidence.manifestSignatures.isEmpty || !evidence.signatures.isEmpty else {
            return report
        }
        switch policy.signers {
        case nil: report.remarks.append("no allowed signers are configured")
        case .failure(let error)?: report.remarks.append("no signature can be checked: \(error)")
        case .success(let signers)?: report.count(evidence, signers, download)
        }
        return report
    }
}

extension ReleaseReport {
    fileprivate mutating func addManifest(_ bytes: [UInt8], _ judge: TrustJudge) {
        let manifest: ReleaseManifest
        do throws(ReleaseManifestError) {
            manifest = try ReleaseManifest(json: bytes)
        } catch {
            remarks.append("the manifest does not count: \(error)")
            return
        }
        sequence = manifest.sequence
        guard let chainID = judge.chainID, let plan = judge.plan else {
            remarks.append("the chain's id is not known, and the manifest is bound to one")
            return
        }
        do throws(ManifestRefusal) {
            try manifest.check(
                chainID: chainID, plan: plan, case: judge.letters, platform: judge.platform,
                at: Date(), lowestSequence: judge.lowestSequence)
        } catch {
            remarks.append("\(error)")
        }
    }

    fileprivate mutating func count(
        _ evidence: ReleaseEvidence, _ allowed: AllowedSigners, _ download: ContentDigests?
    ) {
        if let manifest = evidence.manifest {
            var digest = RunningDigest(withSHA512: true)
            digest.update(manifest)
            let tally = SignatureTally(
                evidence.manifestSignatures, over: digest.digests, signers: allowed, at: Date())
            manifestSigners = tally.signers
            remarks += tally.remarks(on: "manifest signature")
        }
        guard !evidence.signatures.isEmpty else { return }
        guard let download else {
            remarks.append("what was signed is not here yet")
            return
        }
        let tally = SignatureTally(
            evidence.signatures, over: download, signers: allowed, at: Date())
        signers = tally.signers
        remarks += tally.remarks(on: "signature")
    }
}

extension SignatureTally {
    fileprivate func remarks(on what: String) -> [String] {
        uncounted.map { "\(what) \($0.index + 1): \($0.reason)" }
    }
}
