import Glibc
import Logging

/// What may be started: bytes that the policy takes, whoever put them there.
extension NodeSupervisor {
    /// Checks a release's binary right before it is started.
    ///
    /// What bears its seal costs a few stats; what does not, and has to be known, is read.
    ///
    /// - Returns: The binary, held still; nil when it cannot be opened.
    func checked(_ release: Release) async throws(Block) -> StillBinary? {
        for _ in 0..<Self.attempts {
            guard var binary = StillBinary(release.binary) else { return nil }
            if setup.trust == .any { FirstUse.forget(in: setup.home) }
            guard isAsked(of: release) else {
                binary.isTakenAsItIs = true
                return binary
            }
            let verdict = await readTrust(in: release)
            // It may have been replaced since it was opened.
            guard let verdict, Seal(release.binary) == binary.seal else { continue }
            try await check(verdict, of: release)
            return binary
        }
        throw .binaryChanged(release, "it changes all the time", remedy: "see who writes it")
    }

    /// How often a binary is looked at that changes meanwhile.
    private static let attempts = 5

    /// The policy asks for something, or something is known that the bytes can be compared with.
    ///
    /// Costs one look for a file: it stands between a plan that is due and its new binary.
    func isAsked(of release: Release) -> Bool {
        guard setup.trust == .any else { return true }
        guard let folder = release.directory.planFolder else { return false }
        return plans.entry(in: folder)?.declaration?.expectedSHA256 != nil
    }

    private func check(_ verdict: TrustVerdict, of release: Release) async throws(Block) {
        let isFirst = await isFirstUse(of: release)
        switch verdict {
        case .trusted:
            if isFirst { await recordFirstUse(of: release) }
        case .notYet where isFirst:
            log.notice(
                "trusted what runs already, for the policy is met first",
                metadata: ["release": "\(release.directory)"])
            await recordFirstUse(of: release)
        case .notYet(let reason, let remedy), .refused(let reason, let remedy):
            throw .binaryChanged(release, reason, remedy: remedy.asRemedy)
        }
    }

    /// The node's own release is started, and none was under the policy before.
    private func isFirstUse(of release: Release) async -> Bool {
        guard setup.trust != .any, (try? CurrentLink(setup.home).resolve()) == release else {
            return false
        }
        return !FirstUse.isRecorded(in: setup.home)
    }

    private func recordFirstUse(of release: Release) async {
        guard let sha256 = staging.binaries.facts(of: release).sha256 else { return }
        let home = setup.home
        do throws(SystemError) {
            try await staging.pool.run { () throws(SystemError) in
                try FirstUse(release, sha256: sha256).store(in: home)
            }
        } catch {
            log.warning(
                "what runs first under the policy could not be written down",
                metadata: ["error": "\(error)"])
        }
    }
}

extension Block {
    static func binaryChanged(_ release: Release, _ why: String, remedy: String) -> Block {
        Block(
            .binaryChanged, reason: "\(release.binary) is not started: \(why)",
            remedy: remedy + ", then start the node")
    }
}

extension String {
    /// A sentence as the first part of a block's remedy.
    fileprivate var asRemedy: String {
        let text = hasSuffix(".") ? dropLast() : self[...]
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
