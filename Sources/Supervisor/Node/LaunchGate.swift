import Glibc
import Logging

/// What may be started: bytes that nothing speaks against, whoever put them there.
extension NodeSupervisor {
    /// Checks a release's binary right before it is started.
    ///
    /// What bears its seal costs a few stats; what does not, and has to be known, is read.
    ///
    /// - Returns: The binary, held still; nil when it cannot be opened.
    func checked(_ release: Release) async throws(Block) -> StillBinary? {
        for _ in 0..<Self.attempts {
            guard let binary = StillBinary(release.binary) else { return nil }
            guard needsDigest(release) else { return binary }
            let facts = staging.binaries.facts(of: release)
            if facts.sha256 == nil {
                let binaries = staging.binaries
                await staging.pool.run { binaries.hash() }
                continue
            }
            // It may have been replaced since it was opened.
            guard Seal(release.binary) == binary.seal else { continue }
            if let objection = objection(to: release, facts) { throw objection }
            return binary
        }
        throw .binaryChanged(release, "it changes all the time", remedy: "see who writes it")
    }

    /// How often a binary is looked at that changes meanwhile.
    private static let attempts = 5

    /// Something is known that its bytes can be compared with.
    private func needsDigest(_ release: Release) -> Bool {
        facts(in: release.directory)?.expectedSHA256 != nil
    }

    private func objection(to release: Release, _ binary: BinaryFacts) -> Block? {
        guard let pin = facts(in: release.directory)?.expectedSHA256, binary.sha256 != pin,
            staging.binaries.placed(in: release)?.from.sha256 != pin
        else { return nil }
        return .binaryChanged(
            release, "it has the digest \(binary.sha256 ?? "?"), and \(pin) is pinned",
            remedy: "stage the binary that was pinned, or pin the digest of this one")
    }
}

extension Block {
    static func binaryChanged(_ release: Release, _ why: String, remedy: String) -> Block {
        Block(
            .binaryChanged, reason: "\(release.binary) is not started: \(why)",
            remedy: remedy + ", then start the node")
    }
}
