import FoundationEssentials

/// Somebody's wish that the node stays stopped: who, since when, why.
package struct Hold: Sendable, Equatable, Codable {
    package var since: Date
    /// A name for people, such as `root` or the label of a token.
    package var actor: String
    package var reason: String?

    package init(since: Date, actor: String, reason: String?) {
        self.since = since
        self.actor = actor
        self.reason = reason
    }
}
