import FoundationEssentials
import Glibc

/// What is known of the binary in each release's folder: its digest, and who vouches for it.
///
/// To look costs a stat. What has to be read for it, because the file is new or another, is hashed
/// elsewhere, by `hash`, and known at the next look.
package final class BinaryBook: Sendable {
    private let home: Home
    private let entries = Locked<[String: Entry]>([:])

    private struct Entry {
        let release: Release
        let seal: Seal
        /// Nil until it has been hashed.
        var sha256: String?
        /// Nil for a file that is not the one we placed.
        var placed: PlacedBinary?
    }

    package init(home: Home) {
        self.home = home
    }

    /// What lies in the release's folder now.
    package func facts(of release: Release) -> BinaryFacts {
        guard let entry = look(at: release) else { return .absent }
        if let placed = entry.placed { return placed.facts }
        return BinaryFacts(
            state: .staged, sha256: entry.sha256, size: entry.seal.size, files: 1,
            trust: .handPlaced,
            stagedAt: entry.seal.date)
    }

    /// The record of the binary, if it is still the one we placed.
    func placed(in release: Release) -> PlacedBinary? { look(at: release)?.placed }

    /// Something was seen that has not been hashed.
    var isBehind: Bool { entries.withLock { $0.values.contains { $0.sha256 == nil } } }

    /// Looks at the folder anew next time, the record included.
    func forget(_ release: Release) {
        entries.withLock { $0[release.directory] = nil }
    }

    private func look(at release: Release) -> Entry? {
        guard let seal = Seal(release.binary) else {
            forget(release)
            return nil
        }
        let known = entries.withLock { $0[release.directory] }
        if let known, known.seal == seal, known.placed?.hasSealedSideFiles(in: release) != false {
            return known
        }
        let placed = PlacedBinaries(of: release, in: home).fitting(seal, in: release)
        let entry = Entry(release: release, seal: seal, sha256: placed?.sha256, placed: placed)
        entries.withLock { $0[release.directory] = entry }
        return entry
    }
}

// MARK: - Hashing

extension BinaryBook {
    /// Hashes what was seen and is not known yet; blocks for as long as that takes.
    ///
    /// A file that changes meanwhile is left to the next look.
    func hash() {
        let unknown = entries.withLock { $0.values.filter { $0.sha256 == nil } }
        for entry in unknown where !Task.isCancelled {
            let reading = SealedDigest(of: entry.release.binary)
            guard let reading, reading.seal == entry.seal else {
                forget(entry.release)
                continue
            }
            learn(reading.sha256, of: entry)
        }
    }

    private func learn(_ sha256: String, of entry: Entry) {
        var known = entry
        known.sha256 = sha256
        known.placed = PlacedBinaries(of: entry.release, in: home)
            .fitting(sha256: sha256, in: entry.release)
        if known.placed != nil { known.placed?.seal = entry.seal }
        entries.withLock { [known] entries in
            guard entries[entry.release.directory]?.seal == entry.seal else { return }
            entries[entry.release.directory] = known
        }
        guard let placed = known.placed else { return }
        // Without it the file is hashed again after a restart, and that is all.
        try? PlacedBinaries.reseal(placed, for: entry.release, in: home)
    }
}
