/// How long a client would like to wait for the end of an operation.
struct Patience: Equatable {
    /// 0 to 50.
    let seconds: Int

    /// Shorter than the minute after which proxies give a request up.
    static let limit = 50

    /// - Parameter text: digits; more than the limit counts as that.
    init?(_ text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        // What is too long for a number is longer than the limit.
        seconds = min(Int(text) ?? Self.limit, Self.limit)
    }

    /// `Prefer: wait=N` (RFC 7240 section 4.3): the first one counts, and one that cannot be
    /// understood counts as not sent.
    init?(preferredIn headers: Headers) {
        let first = headers.list("prefer").lazy.compactMap(Self.wait).first
        guard let first, let patience = Patience(first) else { return nil }
        self = patience
    }

    /// What `Prefer` was answered with.
    var applied: Response.Header { .init("Preference-Applied", "wait=\(seconds)") }

    /// The value of a preference, without its parameters; nil when it is another.
    private static func wait(_ preference: String) -> Substring? {
        let word = preference.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
        guard word.hasPrefix("wait=") else { return nil }
        let value = word.dropFirst("wait=".count)
        guard value.count >= 2, value.first == "\"", value.last == "\"" else { return value[...] }
        return value.dropFirst().dropLast()
    }
}
