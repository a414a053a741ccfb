import Supervisor

/// The body of `PUT /v1/plans/{name}/release`.
struct ReleaseRequest: Sendable {
    let evidence: ReleaseEvidence

    /// More are not looked at.
    private static let limit = 64

    init(_ bytes: [UInt8]) throws(Problem) {
        var object = try RequestObject(bytes)
        let manifest = object.manifest("manifest")
        let manifestSignatures = object.signatures("manifest_signatures", limit: Self.limit)
        let signatures = object.signatures("signatures", limit: Self.limit)
        if manifest == nil, !object.isRefused("manifest") {
            if !manifestSignatures.isEmpty {
                object.refuse("manifest", "is required where manifest_signatures are")
            } else if signatures.isEmpty, !object.isRefused("signatures") {
                object.refuse("manifest", "is required where there are no signatures")
            }
        }
        try object.end()
        evidence = ReleaseEvidence(
            manifest: manifest, manifestSignatures: manifestSignatures, signatures: signatures)
    }
}

extension RequestObject {
    fileprivate mutating func manifest(_ name: String) -> [UInt8]? {
        guard let text = string(name, limit: 1 << 20) else { return nil }
        do throws(ReleaseManifestError) {
            _ = try ReleaseManifest(json: Array(text.utf8))
        } catch {
            refuse(name, "must be a release's manifest, or null: \(error)")
            return nil
        }
        return Array(text.utf8)
    }

    /// Whose they are and what they are over is not asked here.
    fileprivate mutating func signatures(_ name: String, limit: Int) -> [[UInt8]] {
        let wanted = "a list of at most \(limit) armored SSH signatures"
        let texts = take(name, wanted) { value -> [[UInt8]]? in
            guard case .array(let items) = value, items.count <= limit else { return nil }
            let texts = items.compactMap(\.string).map { Array($0.utf8) }
            return texts.count == items.count ? texts : nil
        }
        for (index, text) in (texts ?? []).enumerated() {
            do throws(SSHSignatureError) {
                _ = try SSHSignature(armored: text)
            } catch {
                refuse(name, "must hold SSH signatures; of number \(index + 1): \(error)")
            }
        }
        return texts ?? []
    }
}
