import FoundationEssentials
import Glibc

/// What lies in a release's folder, with all that tells whether a verdict over it still holds: all but
/// the time.
struct TrustSubject: Sendable, Equatable {
    let release: Release
    /// Nil for genesis.
    let name: PlanName?
    /// Of the executable.
    let sha256: String
    let seal: Seal
    /// Nil for what is not, or not any more, as we placed it.
    let placed: PlacedBinary?
    let pin: String?
    let info: String?
    let firstUse: FirstUse?
    /// Of the executable that we placed last, whatever lies there now.
    let recorded: String?
    /// Of what `TrustBasis` reads; the first is that of the plan's evidence.
    let stamps: [FileStamp?]
    /// Of every file, where we did not place them and somebody has listed them.
    let tree: [String: Seal]

    /// An operator has pinned other bytes than these, and than those that they came in.
    var contradictsPin: Bool {
        guard let pin else { return false }
        return pin != sha256 && pin != placed?.from.sha256
    }

    /// The strongest of what vouches for them besides signatures that came later.
    var vouched: BinaryFacts.Trust {
        let known = placed?.trust ?? .handPlaced
        if known == .manifest || known == .signature { return known }
        let content = placed?.from ?? ContentDigests(sha256: sha256)
        if PlanDigests.digests(in: info)?.fit(content) == true { return .planChecksum }
        return pin != nil && !contradictsPin ? .pinned : known
    }

    /// These very bytes ran when the policy was met first.
    var isFirstUse: Bool {
        firstUse?.directory == release.directory && firstUse?.sha256 == sha256
    }

    /// Nothing but the bytes' own digest is needed to judge them.
    func isPlain(under requirement: TrustRequirement) -> Bool {
        switch requirement {
        case .any: true
        case .checksum: stamps.first == .some(nil)
        case .signature: false
        }
    }
}

// MARK: - Judging

extension TrustSubject {
    /// What a judge is told; reads the files that we did not place, and blocks.
    func facts(_ evidence: ReleaseEvidence) throws(InstalledFilesError) -> TrustFacts {
        var facts = TrustFacts(vouched: vouched, contradictsPin: contradictsPin)
        if let placed {
            facts.download = placed.from
            facts.files = placed.contents(at: release)
            return facts
        }
        facts.download = ContentDigests(sha256: sha256)
        if !evidence.signatures.isEmpty {
            var digest = RunningDigest(withSHA512: true)
            do throws(SystemError) {
                let file = try Descriptor(
                    open(release.binary, O_RDONLY | O_NONBLOCK | O_CLOEXEC), call: "open")
                try digest.update(from: file)
            } catch {
                throw .system(error)
            }
            facts.download = digest.digests
        }
        if evidence.manifest != nil { facts.files = try InstalledFiles.below(release.path) }
        return facts
    }

    /// Without evidence, or where none is asked for.
    func plainVerdict(under requirement: TrustRequirement) -> TrustVerdict {
        let facts = TrustFacts(vouched: vouched, contradictsPin: contradictsPin)
        let judge = TrustJudge(
            policy: TrustPolicy(requirement), chainID: nil, plan: name, letters: .kept)
        return told(judge.judge(ReleaseEvidence(), of: facts, at: Date()))
    }

    /// With the digests, where it is no: what should lie there, and what does.
    func told(_ verdict: TrustVerdict) -> TrustVerdict {
        switch verdict {
        case .trusted: return verdict
        case .notYet where isFirstUse: return .trusted(.handPlaced)
        case .notYet(let reason, let remedy):
            guard let expectation else {
                return .notYet(reason: "\(reason); its digest is \(sha256)", remedy: remedy)
            }
            return .notYet(
                reason: "it has the digest \(sha256), and \(expectation)",
                remedy: "Put those bytes back, or vouch for these: " + remedy)
        case .refused(let reason, let remedy):
            if contradictsPin, let pin {
                return .refused(
                    reason: "it has the digest \(sha256), and \(pin) is pinned",
                    remedy: "Stage the binary that was pinned, or pin the digest of this one.")
            }
            return .refused(reason: "\(reason); its digest is \(sha256)", remedy: remedy)
        }
    }

    /// Which other bytes should lie there, as a clause.
    private var expectation: String? {
        if let placed, placed.sha256 == sha256 { return nil }
        if let firstUse, firstUse.directory == release.directory, firstUse.sha256 != sha256 {
            return "\(firstUse.sha256) ran there before"
        }
        if let recorded, recorded != sha256 { return "\(recorded) was staged" }
        guard let named = PlanDigests.digests(in: info)?.sha256, named != sha256 else {
            return nil
        }
        return "the plan names \(named)"
    }
}

extension PlacedBinary {
    /// As a manifest lists them.
    fileprivate func contents(at release: Release) -> [String: ReleaseManifest.Content] {
        let name = release.binary.split(separator: "/").last.map(String.init) ?? ""
        var files = ["bin/" + name: ReleaseManifest.Content(sha256: sha256, size: size)]
        for file in sideFiles ?? [] {
            files[file.path] = .init(sha256: file.sha256, size: file.size)
        }
        return files
    }
}

extension InstalledFiles {
    /// The seals of all files, which tell that their content is what it was.
    static func seals(below path: String) -> [String: Seal] {
        guard let folder = try? Folder(path) else { return [:] }
        var seals: [String: Seal] = [:]
        collect(folder, below: "", depth: 1, into: &seals)
        return seals
    }

    private static func collect(
        _ folder: Folder, below prefix: String, depth: Int, into seals: inout [String: Seal]
    ) {
        guard depth <= depthLimit else { return }
        for name in folder.names where seals.count < countLimit {
            if let file = try? folder.file(name, O_RDONLY) {
                seals[prefix + name] = Seal(file)
            } else if let inner = try? folder.folder(name) {
                collect(inner, below: prefix + name + "/", depth: depth + 1, into: &seals)
            }
        }
    }
}
