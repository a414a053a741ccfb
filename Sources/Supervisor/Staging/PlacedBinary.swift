import FoundationEssentials
import Glibc

/// What we know of a binary that we placed ourselves; the file that lies there counts as this one
/// only while its seal or its digest fits.
package struct PlacedBinary: Codable, Sendable, Equatable {
    /// As the name was spelled when the binary came.
    var plan: String
    /// Of the executable.
    var sha256: String
    var size: Int64
    /// Installed files, side libraries included.
    var files: Int
    var trust: BinaryFacts.Trust
    var source: BinaryFacts.Source
    var stagedAt: Date
    /// Of the bytes that came, which for an archive are not the executable's.
    var from: ContentDigests
    /// Nil from before it is in place until it is known there.
    var seal: Seal?
    /// What came with the executable; nil for nothing.
    var sideFiles: [SideFile]?

    /// A library that the executable brings along.
    struct SideFile: Codable, Sendable, Equatable {
        /// Relative to the release's folder.
        let path: String
        let sha256: String
        let size: Int64
        var seal: Seal?
    }

    var facts: BinaryFacts {
        BinaryFacts(
            state: .staged, sha256: sha256, size: size, files: files, trust: trust, source: source,
            stagedAt: stagedAt)
    }
}

/// The records of one folder: of the binary that is there, and, while another takes its place, of
/// both, so that a crash between the two leaves each known.
struct PlacedBinaries: Codable, Sendable, Equatable {
    var binaries: [PlacedBinary] = []

    /// Held by who writes: a binary that is being placed may be hashed at the same moment, and both
    /// then write its record, aside under one name.
    private static let writing = Locked(())

    private static func path(of release: Release, in home: Home) -> String? {
        let parts = release.directory.split(separator: "/")
        guard parts.count == 2, parts[0] == "upgrades" else { return nil }
        return "\(home.binaryRecords)/\(parts[1]).json"
    }

    /// Empty for a folder that we never placed anything in, and when the record cannot be read: the
    /// binary then counts as placed by hand.
    init(of release: Release, in home: Home) {
        guard let path = Self.path(of: release, in: home),
            let reading = try? ForeignFile.read(path, limit: 64 * 1024),
            let stored = try? JSONDecoder().decode(Self.self, from: Data(reading.bytes))
        else { return }
        self = stored
    }

    init(_ binaries: [PlacedBinary]) {
        self.binaries = binaries
    }

    func store(for release: Release, in home: Home) throws(SystemError) {
        try Self.writing.withLock { _ throws(SystemError) in try write(for: release, in: home) }
    }

    /// Writes down the seals that a binary bears now, unless the record has come to be of others.
    static func reseal(
        _ binary: PlacedBinary, for release: Release, in home: Home
    ) throws(SystemError) {
        try writing.withLock { _ throws(SystemError) in
            var record = PlacedBinaries(of: release, in: home)
            let place = record.binaries.firstIndex {
                $0.sha256 == binary.sha256 && $0.stagedAt == binary.stagedAt
            }
            guard let place else { return }
            record.binaries[place] = binary
            try record.write(for: release, in: home)
        }
    }

    private func write(for release: Release, in home: Home) throws(SystemError) {
        guard let path = Self.path(of: release, in: home) else { return }
        // Strings, numbers and dates always encode.
        let bytes = (try? JSONEncoder().encode(self)) ?? Data()
        try DurableFile.makeFolder(home.binaryRecords, mode: 0o700)
        try DurableFile.replace(path, with: bytes)
    }

    /// What was placed there last, whatever lies there now; nil when we never did.
    static func recorded(for release: Release, in home: Home) -> PlacedBinary? {
        PlacedBinaries(of: release, in: home).binaries.first
    }

    static func remove(for release: Release, in home: Home) {
        guard let path = path(of: release, in: home) else { return }
        // One that stays describes a binary that is gone, and fits no other.
        _ = writing.withLock { _ in unlink(path) }
    }

    /// The one whose files all bear their seals.
    func fitting(_ seal: Seal, in release: Release) -> PlacedBinary? {
        binaries.first { $0.seal == seal && $0.hasSealedSideFiles(in: release) }
    }

    /// The one whose files all have their digests, with the seals that they bear now; reads what
    /// came with the executable, and blocks.
    func fitting(sha256: String, in release: Release) -> PlacedBinary? {
        for binary in binaries where binary.sha256 == sha256 {
            if let sealed = binary.resealedSideFiles(in: release) { return sealed }
        }
        return nil
    }
}

extension PlacedBinary {
    init(
        _ assembly: Assembly, of received: Received, plan: PlanName, trust: BinaryFacts.Trust,
        source: BinaryFacts.Source
    ) {
        self.plan = plan.text
        sha256 = assembly.executable.sha256
        size = assembly.executable.size
        files = assembly.items.count
        self.trust = trust
        self.source = source
        stagedAt = Date()
        from = received.digests
        let sideFiles = assembly.sideFiles.map { SideFile($0) }
        self.sideFiles = sideFiles.isEmpty ? nil : sideFiles
    }

    func hasSealedSideFiles(in release: Release) -> Bool {
        (sideFiles ?? []).allSatisfy { file in
            file.seal != nil && file.seal == Seal(release.path + "/" + file.path)
        }
    }

    /// Nil when one of them has other bytes.
    fileprivate func resealedSideFiles(in release: Release) -> PlacedBinary? {
        var sealed = self
        for (index, file) in (sideFiles ?? []).enumerated() {
            guard let reading = SealedDigest(of: release.path + "/" + file.path),
                reading.sha256 == file.sha256
            else { return nil }
            sealed.sideFiles?[index].seal = reading.seal
        }
        return sealed
    }
}
