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
        var result = ""
        for byte in segment.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where "-._~".utf8.contains(byte):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
