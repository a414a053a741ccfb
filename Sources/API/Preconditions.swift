/// What a request says about the present state of what it would change (RFC 9110 section 13).
struct Preconditions: Sendable {
    private let match: [String]
    private let noneMatch: [String]

    init(_ headers: Headers) {
        match = headers.list("if-match")
        noneMatch = headers.list("if-none-match")
    }

    /// The request says which state it means to change.
    var hasMatch: Bool { !match.isEmpty }

    /// If-Match, compared strongly: a weak tag fits nothing.
    ///
    /// - Parameter etag: Nil when there is nothing.
    func matches(_ etag: String?) -> Bool {
        guard hasMatch else { return true }
        guard let etag else { return false }
        return match.contains { $0 == "*" || $0 == etag }
    }

    /// If-None-Match, where `*` stands for there being nothing yet; what it names already is known to
    /// who reads, and not to be replaced by who writes.
    ///
    /// Compared weakly: a proxy that compressed the content has marked the tag so.
    func allowsReplacing(_ etag: String?) -> Bool {
        guard let etag else { return true }
        return !noneMatch.contains { $0 == "*" || Self.isWeaklyEqual($0, etag) }
    }

    private static func isWeaklyEqual(_ tag: String, _ etag: String) -> Bool {
        (tag.hasPrefix("w/") ? String(tag.dropFirst(2)) : tag) == etag
    }
}

extension Problem {
    /// - Parameter etag: What it is now; nil when there is nothing.
    static func preconditionFailed(now etag: String?) -> Problem {
        Problem(
            .preconditionFailed,
            detail: etag == nil ? "There is nothing that If-Match could mean." : nil,
            headers: etag.map { [.init("ETag", $0)] } ?? [])
    }

    static func preconditionRequired(now etag: String) -> Problem {
        Problem(.preconditionRequired, headers: [.init("ETag", etag)])
    }
}
