import Supervisor

/// The text of the last scrape, for whoever asks again within a moment.
///
/// To render all families takes as long as ten other requests; a crowd that scrapes would hold up
/// everybody else for numbers that cannot have moved in a way that anyone sees.
final class ScrapeCache: Sendable {
    private struct Text {
        let bytes: [UInt8]
        let revision: Int
        let at: Instant
    }

    /// How old counters may be; a status that was published since is always shown.
    private static let age = Duration.milliseconds(10)

    private let texts = Locked<[Exposition: Text]>([:])

    func bytes(
        of exposition: Exposition, revision: Int, at now: Instant = .now, render: () -> [UInt8]
    ) -> [UInt8] {
        if let text = texts.withLock({ $0[exposition] }), text.revision == revision,
            now - text.at < Self.age
        {
            return text.bytes
        }
        let text = Text(bytes: render(), revision: revision, at: now)
        texts.withLock { $0[exposition] = text }
        return text.bytes
    }
}
