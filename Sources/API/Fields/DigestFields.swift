import FoundationEssentials
import Supervisor

/// What a request says of its bytes (RFC 9530): of the whole file, and of this request's part.
struct DigestFields: Sendable, Equatable {
    /// Of the whole file.
    let whole: ContentDigests
    /// Of this request's content.
    let part: ContentDigests

    /// - Throws: 400 for a field that cannot be read. Other algorithms than SHA-256 and SHA-512 are
    ///   passed over.
    init(_ headers: Headers) throws(Problem) {
        whole = try Self.digests("repr-digest", in: headers)
        part = try Self.digests("content-digest", in: headers)
    }

    private static func digests(
        _ name: String, in headers: Headers
    ) throws(Problem) -> ContentDigests {
        let fields = headers.all(name)
        guard !fields.isEmpty else { return ContentDigests() }
        guard let members = DigestDictionary(fields.joined(separator: ","))?.members else {
            throw Problem(.invalidDigestField)
        }
        var digests = ContentDigests()
        digests.sha256 = try hex(of: "sha-256", size: 32, in: members)
        digests.sha512 = try hex(of: "sha-512", size: 64, in: members)
        return digests
    }

    private static func hex(
        of algorithm: String, size: Int, in members: [String: DigestDictionary.Value]
    ) throws(Problem) -> String? {
        switch members[algorithm] {
        case nil: return nil
        case .bytes(let bytes)? where bytes.count == size: return bytes.hex
        case .bytes, .other: throw Problem(.invalidDigestField)
        }
    }
}
