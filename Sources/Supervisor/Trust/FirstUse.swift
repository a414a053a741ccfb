import FoundationEssentials
import Glibc

/// What ran when the node's policy was met first: nobody had vouched for it, and nobody was asked
/// before.
///
/// There is one at most, so that nothing that comes later can be trusted for being there.
struct FirstUse: Codable, Sendable, Equatable {
    /// Relative to `cosmovisor/`.
    let directory: String
    /// Of the executable.
    let sha256: String
    let at: Date

    init(_ release: Release, sha256: String) {
        (directory, self.sha256, at) = (release.directory, sha256, Date())
    }

    /// Nil before it, and when the record is no such.
    init?(in home: Home) {
        guard let reading = try? ForeignFile.read(home.firstUseRecord, limit: 64 * 1024),
            let stored = try? JSONDecoder().decode(Self.self, from: Data(reading.bytes))
        else { return nil }
        self = stored
    }

    /// There is a record, whatever it says.
    static func isRecorded(in home: Home) -> Bool { FileStamp(home.firstUseRecord) != nil }

    func store(in home: Home) throws(SystemError) {
        // Strings and dates always encode.
        let bytes = (try? JSONEncoder().encode(self)) ?? Data()
        try DurableFile.replace(home.firstUseRecord, with: bytes)
    }

    /// The policy asks for nothing any more, and would be met anew.
    static func forget(in home: Home) {
        // One that stays trusts what it trusted.
        unlink(home.firstUseRecord)
    }
}
