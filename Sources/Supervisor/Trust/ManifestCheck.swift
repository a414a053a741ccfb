import FoundationEssentials

/// Why a manifest does not vouch for what lies here.
package enum ManifestRefusal: Error, Equatable {
    /// What it says, and what this is.
    case chain(String, expected: String)
    case plan(String, expected: String)
    case notYetValid(Date)
    case expired(Date)
    /// Its number, and the lowest that is taken.
    case rolledBack(Int64, lowest: Int64)
    case noPlatform(String)
    case download
    case changed(path: String)
    case missing(path: String)
    case extra(path: String)
}

extension ReleaseManifest {
    /// Whether it speaks of this plan of this chain, on this platform and now.
    ///
    /// - Parameter letters: how plan names are compared in this home.
    /// - Parameter lowestSequence: the highest that this node has accepted; nil for none.
    package func check(
        chainID expected: String, plan name: PlanName, case letters: PlanName.LetterCase,
        platform: String, at date: Date, lowestSequence: Int64? = nil
    ) throws(ManifestRefusal) {
        guard chainID == expected else { throw .chain(chainID, expected: expected) }
        guard (try? PlanName(plan, case: letters)) == name else {
            throw .plan(plan, expected: name.text)
        }
        if let notBefore, date < notBefore { throw .notYetValid(notBefore) }
        if let expiresAt, date >= expiresAt { throw .expired(expiresAt) }
        if let lowestSequence, sequence < lowestSequence {
            throw .rolledBack(sequence, lowest: lowestSequence)
        }
        guard platforms[platform] != nil else { throw .noPlatform(platform) }
    }

    /// Whether exactly these files are installed.
    package func check(
        files: [String: Content], platform: String
    ) throws(ManifestRefusal) {
        guard let listed = platforms[platform]?.files else { throw .noPlatform(platform) }
        for (path, content) in files.sorted(by: { $0.key < $1.key })
        where !Self.notInstalled.contains(path) {
            guard let expected = listed[path] else { throw .extra(path: path) }
            guard content == expected else { throw .changed(path: path) }
        }
        let missing = listed.keys.filter { files[$0] == nil }.min()
        if let missing { throw .missing(path: missing) }
    }

    /// Whether the download brings exactly the files: it is one that is listed, or the one file.
    package func check(
        download: ContentDigests, platform: String
    ) throws(ManifestRefusal) {
        guard let listed = platforms[platform] else { throw .noPlatform(platform) }
        let only = listed.files.count == 1 ? Array(listed.files.values) : []
        guard (listed.downloads + only).contains(where: { $0.sha256 == download.sha256 }) else {
            throw .download
        }
    }
}

extension ManifestRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .chain(let found, let expected):
            "the manifest is for the chain \"\(found)\", not for \"\(expected)\""
        case .plan(let found, let expected):
            "the manifest is for the plan \"\(found)\", not for \"\(expected)\""
        case .notYetValid(let date): "the manifest is valid only from \(date.wholeSeconds)"
        case .expired(let date): "the manifest was valid only until \(date.wholeSeconds)"
        case .rolledBack(let sequence, let lowest):
            "the manifest has the sequence \(sequence), and \(lowest) was accepted here already"
        case .noPlatform(let platform): "the manifest lists no files for \(platform)"
        case .download: "the manifest does not list what was downloaded"
        case .changed(let path): "\(path) is not the file that the manifest lists"
        case .missing(let path): "\(path) is missing, and the manifest lists it"
        case .extra(let path): "\(path) is there, and the manifest does not list it"
        }
    }

    /// What helps, one sentence.
    package var remedy: String {
        switch self {
        case .chain, .plan: "Bring the manifest of this plan of this chain."
        case .notYetValid: "Wait until then, or bring another manifest."
        case .expired, .rolledBack: "Bring the publisher's latest manifest of this plan."
        case .noPlatform: "Ask the publisher for a manifest that lists this platform."
        case .download, .changed, .missing, .extra:
            "Stage the files of the release that the manifest lists, all of them and no others."
        }
    }

    /// What the publisher says is not what lies here.
    ///
    /// Another archive than those that are listed may bring the same files.
    var isContradiction: Bool {
        switch self {
        case .changed, .missing, .extra: true
        case .chain, .plan, .notYetValid, .expired, .rolledBack, .noPlatform, .download: false
        }
    }
}
