import Supervisor

/// The path of a resource, for the header Location.
struct Location: Sendable {
    let path: String

    /// - Parameter segments: Not yet encoded; each becomes exactly one segment.
    init(_ segments: String...) {
        path = segments.map { "/" + Self.encoded($0) }.joined()
    }

    var header: Response.Header { Response.Header("Location", path) }

    /// All but the unreserved characters (RFC 3986 section 2.3), so that no name can say more in a
    /// header than a name.
    private static func encoded(_ segment: String) -> String {
        segment.percentEncoded(keeping: "-._~")
    }
}
