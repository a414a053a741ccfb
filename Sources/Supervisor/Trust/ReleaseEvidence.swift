/// What a publisher has said of a release, as it lies beside the plan; nothing of it is checked.
package struct ReleaseEvidence: Sendable, Equatable {
    /// The text of a `ReleaseManifest`, byte by byte as it was signed.
    package var manifest: [UInt8]?
    /// Armored, over the manifest.
    package var manifestSignatures: [[UInt8]]
    /// Armored, over what was downloaded.
    package var signatures: [[UInt8]]

    package init(
        manifest: [UInt8]? = nil, manifestSignatures: [[UInt8]] = [], signatures: [[UInt8]] = []
    ) {
        self.manifest = manifest
        self.manifestSignatures = manifestSignatures
        self.signatures = signatures
    }
}

/// What is known of the bytes whose trust is asked for.
package struct TrustFacts: Sendable, Equatable {
    /// Of what came: the archive, or the executable itself; nil when it is not known any more.
    package var download: ContentDigests?
    /// Every installed file by its path below the plan's folder; nil before it is unpacked.
    package var files: [String: ReleaseManifest.Content]?
    /// What vouches for the bytes besides signatures, as `TrustRule` says; nil for nothing.
    package var vouched: BinaryFacts.Trust?
    /// An operator has pinned other bytes.
    package var contradictsPin: Bool

    package init(
        download: ContentDigests? = nil, files: [String: ReleaseManifest.Content]? = nil,
        vouched: BinaryFacts.Trust? = nil, contradictsPin: Bool = false
    ) {
        (self.download, self.files) = (download, files)
        (self.vouched, self.contradictsPin) = (vouched, contradictsPin)
    }
}

/// Whether bytes may become what runs.
package enum TrustVerdict: Sendable, Equatable {
    case trusted(BinaryFacts.Trust)
    /// More evidence, or time, can still make it so.
    case notYet(reason: String, remedy: String)
    /// The evidence speaks against it, or is wrong.
    case refused(reason: String, remedy: String)
}
