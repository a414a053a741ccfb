import Crypto
import FoundationEssentials

/// The manifests by which releases were placed here: none of a chain counts that is older than the
/// latest of them.
struct AcceptedManifests: Codable, Sendable, Equatable {
    private var chains: [String: Chain] = [:]

    private struct Chain: Codable, Equatable {
        var highest: Int64
        /// SHA-256 of the manifest, by the plan's folder.
        var plans: [String: String]
    }

    /// One manifest of which a release was made.
    struct Manifest: Sendable, Equatable {
        let chainID: String
        let sequence: Int64
        let sha256: String

        /// Nil for what is no manifest.
        init?(_ bytes: [UInt8]) {
            guard let manifest = try? ReleaseManifest(json: bytes) else { return nil }
            (chainID, sequence) = (manifest.chainID, manifest.sequence)
            sha256 = SHA256.hash(data: bytes).hex
        }
    }

    init() {}

    /// None when there is no record, or none that can be read.
    init(in home: Home) {
        guard let reading = try? ForeignFile.read(home.manifestRecord, limit: 1 << 20),
            let stored = try? JSONDecoder().decode(Self.self, from: Data(reading.bytes))
        else { return }
        self = stored
    }

    func store(in home: Home) throws(SystemError) {
        // Strings and numbers always encode.
        let bytes = (try? JSONEncoder().encode(self)) ?? Data()
        try DurableFile.replace(home.manifestRecord, with: bytes)
    }

    /// The lowest sequence that counts; nil for any.
    ///
    /// The very manifest that the plan was made of before stays good for it.
    func lowestSequence(for manifest: Manifest, of directory: String) -> Int64? {
        guard let chain = chains[manifest.chainID], chain.plans[directory] != manifest.sha256
        else { return nil }
        return chain.highest
    }

    mutating func accept(_ manifest: Manifest, for directory: String) {
        var chain = chains[manifest.chainID] ?? Chain(highest: manifest.sequence, plans: [:])
        chain.highest = max(chain.highest, manifest.sequence)
        chain.plans[directory] = manifest.sha256
        chains[manifest.chainID] = chain
    }
}
