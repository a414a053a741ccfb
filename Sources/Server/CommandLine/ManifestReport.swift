import FoundationEssentials
import Supervisor

/// What holds of a manifest and what does not, line by line.
struct ManifestReport {
    private(set) var lines: [String] = []
    private(set) var holds = true

    private mutating func say(_ text: String, holds: Bool) {
        lines.append((holds ? "ok  " : "no  ") + escaped(text))
        self.holds = self.holds && holds
    }

    /// - Parameter signatures: with the paths they were read from.
    mutating func check(
        _ signatures: [(path: String, text: [UInt8])], of bytes: [UInt8], signers: AllowedSigners,
        threshold: Int, at date: Date
    ) {
        var digest = RunningDigest(withSHA512: true)
        digest.update(bytes)
        let tally = SignatureTally(
            signatures.map(\.text), over: digest.digests, signers: signers, at: date)
        for signer in tally.signers {
            let names = signer.names.joined(separator: ", ")
            say("signed by \(names) with the key \(signer.fingerprint)", holds: true)
        }
        for uncounted in tally.uncounted {
            say("\(signatures[uncounted.index].path): \(uncounted.reason)", holds: false)
        }
        let count = tally.signers.count
        say(
            "\(count) of the \(threshold) signers that are needed vouch for it",
            holds: count >= threshold)
    }

    /// Nil when it cannot be understood.
    mutating func read(_ bytes: [UInt8]) -> ReleaseManifest? {
        do throws(ReleaseManifestError) {
            return try ReleaseManifest(json: bytes)
        } catch {
            say("\(error)", holds: false)
            return nil
        }
    }

    /// Whether it is for this chain and plan, and for now; nil is whatever it says.
    mutating func check(
        _ manifest: ReleaseManifest, chainID: String?, plan: String?, at date: Date
    ) {
        say(
            "the manifest is for the chain \"\(manifest.chainID)\"",
            holds: chainID.map { $0 == manifest.chainID } ?? true)
        say(
            "the manifest is for the plan \"\(manifest.plan)\", with the sequence "
                + "\(manifest.sequence)",
            holds: plan.map { $0.utf8.elementsEqual(manifest.plan.utf8) } ?? true)
        if let begin = manifest.notBefore {
            say("it is valid from \(begin.wholeSeconds)", holds: date >= begin)
        }
        if let end = manifest.expiresAt {
            say("it is valid until \(end.wholeSeconds)", holds: date < end)
        }
        for name in manifest.platforms.keys.sorted() {
            let count = manifest.platforms[name]?.files.count ?? 0
            say("it lists \(count == 1 ? "one file" : "\(count) files") for \(name)", holds: true)
        }
    }

    /// Whether the folder, or the download, is what the manifest lists.
    mutating func check(_ platform: PlatformPath, _ manifest: ReleaseManifest) {
        let place = "\(platform.path) for \(platform.platform)"
        do {
            if platform.isFolder {
                try manifest.check(
                    files: try InstalledFiles.below(platform.path), platform: platform.platform)
                say("\(place): the files are those that are listed", holds: true)
            } else {
                let content = try InstalledFiles.content(of: platform.path)
                try manifest.check(
                    download: ContentDigests(sha256: content.sha256), platform: platform.platform)
                say("\(place): the download is one that is listed", holds: true)
            }
        } catch {
            say("\(place): \(error)", holds: false)
        }
    }
}
