import FoundationEssentials

/// What a release consists of: for one plan of one chain, every file that is installed.
///
/// What is signed is the file's very bytes. The chain, the plan and the sequence keep a signature
/// that is right from vouching for another release.
package struct ReleaseManifest: Sendable, Equatable {
    package var chainID: String
    /// As the chain or the operator spells it.
    package var plan: String
    /// Of the publisher's manifests for this chain; later ones have higher numbers.
    package var sequence: Int64
    package var notBefore: Date?
    package var expiresAt: Date?
    /// By the names that plans use: `linux/amd64`.
    package var platforms: [String: Platform]

    package struct Platform: Sendable, Equatable {
        /// Archives or executables, each of which brings exactly the files.
        package var downloads: [Content]
        /// By path below the plan's folder: `bin/gaiad`.
        package var files: [String: Content]

        package init(downloads: [Content] = [], files: [String: Content]) {
            (self.downloads, self.files) = (downloads, files)
        }
    }

    package struct Content: Sendable, Hashable {
        /// Lower-case hex.
        package let sha256: String
        package let size: Int64

        package init(sha256: String, size: Int64) {
            (self.sha256, self.size) = (sha256, size)
        }
    }

    /// Written by the chain's tools beside what is installed, and no part of it.
    package static let notInstalled: Set = ["upgrade-info.json"]

    static let limit = 1 << 20

    package init(
        chainID: String, plan: String, sequence: Int64, notBefore: Date? = nil,
        expiresAt: Date? = nil, platforms: [String: Platform]
    ) throws(ReleaseManifestError) {
        (self.chainID, self.plan, self.sequence) = (chainID, plan, sequence)
        (self.notBefore, self.expiresAt, self.platforms) = (notBefore, expiresAt, platforms)
        try validate()
    }

    private func validate() throws(ReleaseManifestError) {
        guard Self.isName(chainID, limit: 128) else { throw .invalid("chain_id") }
        guard (try? PlanName(plan, case: .kept)) != nil else { throw .invalid("plan") }
        guard sequence >= 1 else { throw .invalid("sequence") }
        if let notBefore, let expiresAt, expiresAt <= notBefore { throw .invalid("expires_at") }
        guard !platforms.isEmpty else { throw .invalid("platforms") }
        for (name, platform) in platforms {
            guard Self.isName(name, limit: 64) else { throw .invalid("platforms") }
            try platform.validate(at: "platforms." + name)
        }
    }

    /// Visible characters of ASCII.
    private static func isName(_ text: String, limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}

extension ReleaseManifest.Platform {
    fileprivate func validate(at place: String) throws(ReleaseManifestError) {
        guard files.keys.contains(where: { $0.hasPrefix("bin/") }) else {
            throw .noExecutable(place)
        }
        for path in files.keys where !Self.isPath(path) { throw .path(path) }
        for content in downloads + files.values where !content.isSound {
            throw .invalid(place)
        }
    }

    /// Relative, and nowhere but below where it starts.
    static func isPath(_ path: String) -> Bool {
        let isPlain = path.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return isPlain && path.utf8.count <= 1024
            && parts.allSatisfy { !["", ".", ".."].contains($0) && $0.utf8.count <= 255 }
            && !ReleaseManifest.notInstalled.contains(path)
    }
}

extension ReleaseManifest.Content {
    fileprivate var isSound: Bool {
        size >= 0 && sha256.utf8.count == 64
            && sha256.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }
}

/// Why a text is no manifest.
package enum ReleaseManifestError: Error, Equatable, CustomStringConvertible {
    case tooLarge
    /// No JSON, or another form of it; what the decoder says.
    case malformed(String)
    case version(Int)
    /// Its path, with dots.
    case unknownMember(String)
    case repeatedMember
    /// A member whose value is out of bounds.
    case invalid(String)
    case path(String)
    case noExecutable(String)

    package var description: String {
        switch self {
        case .tooLarge: "it is larger than 1 MiB"
        case .malformed(let reason): "it is no manifest: \(reason)"
        case .version(let number): "it is a manifest of version \(number), and only 1 is known"
        case .unknownMember(let name): "its member \(Array(name.utf8).shown) is not known"
        case .repeatedMember: "it has two members of one name"
        case .invalid(let name): "its \(name) is out of bounds"
        case .path(let path):
            "its path \(Array(path.utf8).shown) is not a plain one below the plan's folder"
        case .noExecutable(let place): "its \(Array(place.utf8).shown) has no file below bin/"
        }
    }
}
