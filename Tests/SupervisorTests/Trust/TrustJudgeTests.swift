import FoundationEssentials
import Testing

@testable import Supervisor

/// Every policy with every kind of evidence.
struct TrustJudgeTests {
    private let release = SignedRelease()

    /// What a row comes to under `any`, `checksum` and `signature`.
    private func verdicts(
        _ evidence: ReleaseEvidence, _ facts: TrustFacts, chainID: String? = "pion-1",
        plan: String = "v2", lowest: Int64? = nil, threshold: Int = 2
    ) throws -> [String] {
        try TrustRequirement.allCases.map { requirement in
            let policy = TrustPolicy(
                requirement, threshold: threshold, signers: .success(try release.signers))
            let judge = TrustJudge(
                policy: policy, chainID: chainID, plan: try PlanName(plan, case: .lowered),
                letters: .lowered, platform: "linux/amd64", lowestSequence: lowest)
            return judge.judge(evidence, of: facts, at: SignedRelease.moment).word
        }
    }

    @Test(arguments: [
        (nil, ["not yet", "not yet", "not yet"]),
        (BinaryFacts.Trust.none, ["none", "not yet", "not yet"]),
        (.handPlaced, ["hand_placed", "not yet", "not yet"]),
        (.planChecksum, ["plan_checksum", "plan_checksum", "not yet"]),
        (.pinned, ["pinned", "pinned", "not yet"]),
    ])
    func `without signatures the policy decides what is enough`(
        vouched: BinaryFacts.Trust?, words: [String]
    ) throws {
        let facts = TrustFacts(download: release.download, vouched: vouched)
        #expect(try verdicts(ReleaseEvidence(), facts) == words)
    }

    @Test func `a pin of other bytes refuses whatever else there is`() throws {
        for evidence in [ReleaseEvidence(), release.evidence, release.signedDownload] {
            for vouched in BinaryFacts.Trust.allCases.map(Optional.some) + [nil] {
                let facts = TrustFacts(
                    download: release.download, files: release.files, vouched: vouched,
                    contradictsPin: true)
                #expect(try verdicts(evidence, facts) == ["refused", "refused", "refused"])
            }
        }
        let pinned = PlanFacts(
            name: "v2", directory: "upgrades/v2", origin: .operator, trigger: .manual,
            expectedSHA256: ReleaseManifestTests.one, state: .pending, reasonCode: .beforeHeight,
            reason: "", binary: .absent)
        let rule = TrustRule(plan: pinned, voucher: Voucher(isOperator: true))
        #expect(
            rule.contradicts(ContentDigests(sha256: ReleaseManifestTests.two), isArchive: false))
        #expect(
            !rule.contradicts(ContentDigests(sha256: ReleaseManifestTests.one), isArchive: false))
        #expect(
            !TrustRule(plan: nil, voucher: Voucher(isOperator: true)).contradicts(
                release.download, isArchive: false))
    }

    @Test func `enough signatures of the download are trusted by every policy`() throws {
        let facts = TrustFacts(download: release.download, vouched: .pinned)
        #expect(
            try verdicts(release.signedDownload, facts) == ["signature", "signature", "signature"])
        let one = ReleaseEvidence(signatures: Array(release.signedDownload.signatures.prefix(1)))
        #expect(try verdicts(one, facts) == ["pinned", "pinned", "not yet"])
        #expect(try verdicts(one, facts, threshold: 1) == ["signature", "signature", "signature"])
        let twice = ReleaseEvidence(signatures: one.signatures + one.signatures)
        #expect(try verdicts(twice, facts) == ["pinned", "pinned", "not yet"])
        let other = TrustFacts(download: ContentDigests(of: [1]), vouched: .pinned)
        #expect(try verdicts(release.signedDownload, other) == ["pinned", "pinned", "refused"])
        let none = TrustFacts(files: release.files)
        #expect(try verdicts(release.signedDownload, none) == ["not yet", "not yet", "not yet"])
    }

    @Test func `a signature whose digest is not known yet waits`() throws {
        var download = release.download
        download.sha512 = nil
        #expect(
            try verdicts(release.signedDownload, TrustFacts(download: download))
                == ["not yet", "not yet", "not yet"])
    }

    @Test func `a signer whose time is over does not count`() throws {
        let evidence = ReleaseEvidence(
            signatures: release.signedDownload.signatures.prefix(1)
                + [release.sign(release.bytes, release.late)])
        let facts = TrustFacts(download: release.download)
        #expect(try verdicts(evidence, facts) == ["refused", "refused", "refused"])
    }

    @Test func `a signed manifest is trusted before and after unpacking`() throws {
        let rows = [
            TrustFacts(download: release.download), TrustFacts(files: release.files),
            TrustFacts(download: ContentDigests(of: [1]), files: release.files),
            TrustFacts(files: release.files, vouched: .handPlaced),
        ]
        for facts in rows {
            #expect(try verdicts(release.evidence, facts) == ["manifest", "manifest", "manifest"])
        }
        #expect(
            try verdicts(release.evidence, TrustFacts()) == ["not yet", "not yet", "not yet"])
        #expect(
            try verdicts(release.evidence, TrustFacts(download: ContentDigests(of: [1])))
                == ["refused", "refused", "refused"])
    }

    @Test func `another archive than those listed may bring the same files`() throws {
        let other = TrustFacts(download: ContentDigests(of: [1]), vouched: .planChecksum)
        let words = ["plan_checksum", "plan_checksum", "refused"]
        #expect(try verdicts(release.evidence, other) == words)
        var unpacked = other
        unpacked.files = release.files
        #expect(
            try verdicts(release.evidence, unpacked) == ["manifest", "manifest", "manifest"])
    }

    @Test func `a manifest for something else does not count`() throws {
        let facts = TrustFacts(
            download: release.download, files: release.files, vouched: .planChecksum)
        let words = ["plan_checksum", "plan_checksum", "refused"]
        #expect(try verdicts(release.evidence, facts, plan: "v3") == words)
        #expect(try verdicts(release.evidence, facts, chainID: "pion-2") == words)
        #expect(try verdicts(release.evidence, facts, lowest: 4) == words)
        #expect(
            try verdicts(release.evidence, facts, lowest: 3) == [
                "manifest", "manifest", "manifest",
            ])
        let expired = try release.evidence { $0.expiresAt = SignedRelease.moment }
        #expect(try verdicts(expired, facts) == words)
        let other = try release.evidence {
            $0.platforms["linux/arm64"] = $0.platforms.removeValue(forKey: "linux/amd64")
        }
        #expect(try verdicts(other, facts) == words)
        let later = try release.evidence { $0.notBefore = SignedRelease.moment + 1 }
        #expect(try verdicts(later, facts) == ["plan_checksum", "plan_checksum", "not yet"])
        #expect(
            try verdicts(release.evidence, facts, chainID: nil)
                == ["plan_checksum", "plan_checksum", "not yet"])
    }

    @Test func `a swapped library is refused by every policy`() throws {
        var facts = TrustFacts(
            download: release.download, files: release.files, vouched: .planChecksum)
        facts.files?["lib/libwasmvm.so"] = .init(sha256: ReleaseManifestTests.one, size: 5)
        #expect(try verdicts(release.evidence, facts) == ["refused", "refused", "refused"])
        facts.files?["lib/libwasmvm.so"] = nil
        #expect(try verdicts(release.evidence, facts) == ["refused", "refused", "refused"])
        facts.files = release.files
        facts.files?["lib/more.so"] = .init(sha256: ReleaseManifestTests.one, size: 5)
        #expect(try verdicts(release.evidence, facts) == ["refused", "refused", "refused"])
    }

    @Test func `a manifest that too few have signed says nothing`() throws {
        var evidence = release.evidence
        evidence.manifestSignatures.removeLast()
        var facts = TrustFacts(files: release.files, vouched: .pinned)
        #expect(try verdicts(evidence, facts) == ["pinned", "pinned", "not yet"])
        facts.files = [:]
        #expect(try verdicts(evidence, facts) == ["pinned", "pinned", "not yet"])
        evidence.manifestSignatures = []
        #expect(try verdicts(evidence, facts) == ["pinned", "pinned", "not yet"])
        evidence = release.evidence
        evidence.manifest?.append(UInt8(ascii: "\n"))
        #expect(try verdicts(evidence, facts) == ["pinned", "pinned", "refused"])
    }

    @Test func `a signed text that is no manifest is refused`() throws {
        let text = Array("{}".utf8)
        let evidence = ReleaseEvidence(
            manifest: text,
            manifestSignatures: [release.sign(text, release.one), release.sign(text, release.two)])
        let facts = TrustFacts(files: release.files, vouched: .pinned)
        #expect(try verdicts(evidence, facts) == ["pinned", "pinned", "refused"])
    }

    @Test func `without signers that can be read no signature counts`() throws {
        let broken = AllowedSignersError.mistakes([.init(line: 3, reason: .noKey)])
        for signers: Result<AllowedSigners, AllowedSignersError>? in [nil, .failure(broken)] {
            let judge = TrustJudge(
                policy: TrustPolicy(.signature, signers: signers), chainID: "pion-1",
                plan: try PlanName("v2", case: .lowered), letters: .lowered)
            for evidence in [ReleaseEvidence(), release.evidence, release.signedDownload] {
                let facts = TrustFacts(download: release.download, vouched: .planChecksum)
                let verdict = judge.judge(evidence, of: facts, at: SignedRelease.moment)
                guard case .notYet(let reason, _) = verdict else {
                    Issue.record("\(verdict)")
                    continue
                }
                #expect(reason.contains(signers == nil ? "no allowed signers" : "line 3"))
            }
        }
    }
}

extension TrustVerdict {
    fileprivate var word: String {
        switch self {
        case .trusted(let trust): trust.rawValue
        case .notYet: "not yet"
        case .refused: "refused"
        }
    }
}
