import FoundationEssentials

/// What is written down of a file in quarantine, so that the next run knows it.
package struct QuarantineRecord: Codable, Sendable, Equatable {
    /// 128 random bits in hex: who does not know it cannot guess it.
    package let id: String
    /// As the name was spelled.
    package let plan: String
    /// Relative to `cosmovisor/`.
    package let directory: String
    package let originator: Originator
    package let createdAt: Date
    /// Bytes in all; nil until it was said.
    package var length: Int64?
    /// Of all bytes, as they were sent along.
    package let expected: ContentDigests
    /// Nil until all has come.
    package var held: Held?

    /// Complete and sound, and nothing vouches for it.
    package struct Held: Codable, Sendable, Equatable {
        var digests: ContentDigests
        var size: Int64
        var seal: Seal
        var source: BinaryFacts.Source
        var heldAt: Date
        /// Nil for no.
        var isArchive: Bool?

        var facts: BinaryFacts {
            BinaryFacts(
                state: .held, sha256: digests.sha256, size: size, files: 1,
                trust: BinaryFacts.Trust.none, source: source, stagedAt: heldAt)
        }
    }

    /// How long an unfinished upload is kept.
    package static let lifetimeInSeconds = 86_400

    func isExpired(at now: Date) -> Bool {
        held == nil
            && now.timeIntervalSince(createdAt) > TimeInterval(Self.lifetimeInSeconds)
    }

    var expiresAt: Date { createdAt + TimeInterval(Self.lifetimeInSeconds) }

    static func newID() -> String {
        (0..<16).map { _ in UInt8.random(in: .min ... .max) }.hex
    }

    /// Nothing but this may be the name of a file in quarantine.
    static func isID(_ text: String) -> Bool {
        text.utf8.count == 32 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }
}
