import FoundationEssentials

@testable import Supervisor

/// A release of two files, with those who may sign it.
struct SignedRelease {
    static let moment = Date(timeIntervalSince1970: 1_796_083_200)

    let one = HandMadeSigner.ed25519()
    let two = HandMadeSigner.hardwareP256()
    /// Whose time is over.
    let late = HandMadeSigner.p384()
    let bytes = Array("the archive of the release".utf8)

    var download: ContentDigests { ContentDigests(of: bytes) }

    var files: [String: ReleaseManifest.Content] {
        [
            "bin/gaiad": .init(sha256: ReleaseManifestTests.one, size: 10),
            "lib/libwasmvm.so": .init(sha256: ReleaseManifestTests.two, size: 5),
        ]
    }

    var signers: AllowedSigners {
        get throws {
            try AllowedSigners(
                one.line("a@example.org") + two.line("b@example.org")
                    + late.line("c@example.org", options: "valid-before=\"20260101Z\""))
        }
    }

    func sign(_ content: [UInt8], _ signer: HandMadeSigner) -> [UInt8] {
        signer.signature(of: content)
    }

    /// The download, signed by both.
    var signedDownload: ReleaseEvidence {
        ReleaseEvidence(signatures: [sign(bytes, one), sign(bytes, two)])
    }

    /// A manifest of the files, signed by both.
    var evidence: ReleaseEvidence {
        // It is sound as it is.
        (try? evidence { _ in }) ?? ReleaseEvidence()
    }

    func evidence(_ change: (inout ReleaseManifest) -> Void) throws -> ReleaseEvidence {
        var manifest = try ReleaseManifest(
            chainID: "pion-1", plan: "v2", sequence: 3,
            platforms: [
                "linux/amd64": .init(
                    downloads: [
                        .init(sha256: download.sha256 ?? "", size: Int64(bytes.count))
                    ], files: files)
            ])
        change(&manifest)
        let text = Array(manifest.json.utf8)
        return ReleaseEvidence(
            manifest: text, manifestSignatures: [sign(text, one), sign(text, two)])
    }
}
