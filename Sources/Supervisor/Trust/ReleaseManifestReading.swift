import FoundationEssentials

extension ReleaseManifest {
    /// Reads a manifest strictly: no member that is not known, none twice, nothing that is null.
    ///
    /// The decoder of the library takes one of two equal members, and another reader may take the
    /// other: both would have verified the same signature.
    package init(json bytes: [UInt8]) throws(ReleaseManifestError) {
        guard bytes.count <= Self.limit else { throw .tooLarge }
        guard String(validating: bytes, as: UTF8.self) != nil, bytes.first == UInt8(ascii: "{")
        else { throw .malformed("it must be an object in UTF-8") }
        guard Self.depth(of: bytes) <= Self.depthLimit else { throw .malformed("it is too deep") }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch let error as ReleaseManifestError {
            throw error
        } catch {
            throw .malformed(Self.reason(error))
        }
        guard Self.memberCount(in: bytes) == Self.memberCount(in: Array(json.utf8)) else {
            throw .repeatedMember
        }
    }

    /// Of the version that is known: the platform's files are the deepest.
    private static let depthLimit = 5

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it cannot be read" }
        let context: DecodingError.Context
        switch error {
        case .keyNotFound(let key, _): return "\(Array(key.stringValue.utf8).shown) is missing"
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found):
            context = found
        @unknown default: return "it cannot be read"
        }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty
            ? "it is no JSON that can be read" : "\(Array(path.utf8).shown) is of another form"
    }

    /// What stands outside of strings.
    private static func structure(of bytes: [UInt8]) -> [UInt8] {
        var (isInString, isEscaped) = (false, false)
        return bytes.filter { byte in
            defer {
                isInString = isInString != (byte == UInt8(ascii: "\"") && !isEscaped)
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            }
            return !isInString
        }
    }

    private static func memberCount(in bytes: [UInt8]) -> Int {
        structure(of: bytes).count { $0 == UInt8(ascii: ":") }
    }

    private static func depth(of bytes: [UInt8]) -> Int {
        var (depth, deepest) = (0, 0)
        for byte in structure(of: bytes) {
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                depth += 1
            } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                depth -= 1
            }
            deepest = max(deepest, depth)
        }
        return deepest
    }
}

extension ReleaseManifest: Decodable {
    package init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        let version: Int = try members["manifest"]
        guard version == 1 else { throw ReleaseManifestError.version(version) }
        let platforms: [String: Platform] = try members["platforms"]
        let manifest = try ReleaseManifest(
            chainID: try members["chain_id"], plan: try members["plan"],
            sequence: try members["sequence"], notBefore: try members.moment("not_before"),
            expiresAt: try members.moment("expires_at"), platforms: platforms)
        try members.expectNoOther()
        self = manifest
    }
}

extension ReleaseManifest.Platform: Decodable {
    package init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        let list: [ListedFile] = try members["files"]
        let files = Dictionary(list.map { ($0.path, $0.content) }, uniquingKeysWith: { $1 })
        guard files.count == list.count else { throw ReleaseManifestError.repeatedMember }
        let downloads: [ReleaseManifest.Content] =
            members.has("downloads") ? try members["downloads"] : []
        self.init(downloads: downloads, files: files)
        try members.expectNoOther()
    }
}

extension ReleaseManifest.Content: Decodable {
    package init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(sha256: try members["sha256"], size: try members["size_bytes"])
        try members.expectNoOther()
    }
}

private struct ListedFile: Decodable {
    let path: String
    let content: ReleaseManifest.Content

    init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        path = try members["path"]
        content = .init(sha256: try members["sha256"], size: try members["size_bytes"])
        try members.expectNoOther()
    }
}

/// The members of an object, of which each must be asked for.
private final class Members {
    private let container: KeyedDecodingContainer<Name>
    private var asked: Set<String> = []

    private struct Name: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(_ decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: Name.self)
    }

    func has(_ name: String) -> Bool { container.contains(Name(stringValue: name)) }

    subscript<Value: Decodable>(name: String) -> Value {
        get throws {
            asked.insert(name)
            return try container.decode(Value.self, forKey: Name(stringValue: name))
        }
    }

    func moment(_ name: String) throws -> Date? {
        guard has(name) else { return nil }
        let text: String = try self[name]
        guard let date = CivilTime(manifest: text)?.date else {
            throw ReleaseManifestError.invalid(name)
        }
        return date
    }

    func expectNoOther() throws {
        let other = container.allKeys.map(\.stringValue).filter { !asked.contains($0) }.min()
        guard let other else { return }
        let path = container.codingPath.map(\.stringValue) + [other]
        throw ReleaseManifestError.unknownMember(path.joined(separator: "."))
    }
}
