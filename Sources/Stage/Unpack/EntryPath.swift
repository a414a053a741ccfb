import StageMessages

/// Where an entry belongs below the folder: names that are only names.
struct EntryPath: Hashable {
    /// Empty for the folder itself.
    let components: [[UInt8]]

    init(components: [[UInt8]]) {
        self.components = components
    }

    /// - Parameters:
    ///   - bytes: As the archive has it; `.` and doubled slashes mean nothing.
    ///   - entry: Whose path or target it is, for the message.
    init(_ bytes: [UInt8], of entry: [UInt8], limit: Int) throws(StageFailure) {
        try Self.check(bytes, of: entry, limit: limit)
        let components = Self.split(bytes)
        guard !components.contains(Self.parent) else {
            throw .refused(entry, "has \"..\" in its path")
        }
        self.components = components
    }

    /// What a path and the target of a link have in common.
    static func check(_ bytes: [UInt8], of entry: [UInt8], limit: Int) throws(StageFailure) {
        guard bytes.count <= limit else {
            throw StageFailure(
                .limitExceeded,
                "the entry \"\(shown(entry))\" has a path of more than \(limit) bytes")
        }
        guard !bytes.isEmpty else { throw .refused(entry, "has an empty path") }
        guard bytes.first != slash else { throw .refused(entry, "has an absolute path") }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .refused(entry, "has a path that is not UTF-8")
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw .refused(entry, "has a control character in its path")
        }
        guard split(bytes).allSatisfy({ $0.count <= 255 }) else {
            throw StageFailure(
                .limitExceeded, "the entry \"\(shown(entry))\" has a name of more than 255 bytes")
        }
    }

    /// The names, and `..` where it is.
    static func split(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split(separator: slash).map(Array.init).filter { $0 != [UInt8(ascii: ".")] }
    }

    static let parent = Array("..".utf8)
    private static let slash = UInt8(ascii: "/")

    var bytes: [UInt8] { Array(components.joined(separator: [Self.slash])) }

    /// The folders above, from the top down.
    var ancestors: [EntryPath] {
        components.indices.dropFirst().map { EntryPath(components: Array(components[..<$0])) }
    }
}
