/// A list of checksums, such as `SHA256SUMS`.
package enum ChecksumList {
    /// Bytes of a list.
    package static let limit = 1 << 20

    private struct Line {
        /// In lower case; nil when the length of the digest tells.
        var algorithm: String?
        let name: String
        /// In lower case.
        let hex: String
    }

    /// The digest of one file: by lines `<hex>  <name>`, `<hex> *<name>` or
    /// `SHA256 (<name>) = <hex>`, or all there is, when that is one digest alone.
    ///
    /// A line's name may have folders before it.
    /// - Throws: `.listTooLarge`, `.listMalformed`, `.listWithoutName`, `.listContradictory`, and what
    ///   a checksum is refused for.
    package static func digest(
        for fileName: String, in text: String, _ rules: SourceRules
    ) throws(SourceRefusal) -> Checksum {
        guard text.utf8.count <= limit else {
            throw SourceRefusal(
                .listTooLarge, "the list of checksums has more than \(limit) bytes")
        }
        let lines = text.split(whereSeparator: \.isNewline)
        if lines.count == 1, let hex = lone(lines[0]) { return try Checksum(nil, hex: hex, rules) }
        let known = lines.compactMap(line)
        guard !known.isEmpty else {
            throw SourceRefusal(.listMalformed, "what should be a list of checksums is none")
        }
        let own = known.filter { isName($0.name, fileName) }
        guard !own.isEmpty else {
            throw SourceRefusal(
                .listWithoutName, "the list of checksums does not name \(fileName.inQuotes)")
        }
        return try digest(own, fileName, rules)
    }

    /// The strongest kind there is, which must be told in one way only.
    private static func digest(
        _ lines: [Line], _ fileName: String, _ rules: SourceRules
    ) throws(SourceRefusal) -> Checksum {
        var digests = ContentDigests()
        var weak: [WeakDigest] = []
        // A weak one beside a strong one is not asked for.
        var lenient = rules
        lenient.allowsWeakDigests = true
        for line in lines {
            switch try Checksum(line.algorithm, hex: line.hex, lenient) {
            case .digests(let found):
                let (sha256, sha512) = (found.sha256, found.sha512)
                guard digests.sha256 == nil || sha256 == nil || digests.sha256 == sha256,
                    digests.sha512 == nil || sha512 == nil || digests.sha512 == sha512
                else { throw contradiction(fileName) }
                digests.sha256 = digests.sha256 ?? sha256
                digests.sha512 = digests.sha512 ?? sha512
            case .weak(let digest): weak.append(digest)
            case .none, .list: break
            }
        }
        guard digests.isEmpty, let first = weak.first else { return .digests(digests) }
        guard weak.allSatisfy({ $0.algorithm != first.algorithm || $0 == first }) else {
            throw contradiction(fileName)
        }
        return try Checksum(first.algorithm.rawValue, hex: first.hex, rules)
    }

    private static func contradiction(_ fileName: String) -> SourceRefusal {
        SourceRefusal(
            .listContradictory,
            "the list of checksums has two digests for \(fileName.inQuotes)")
    }

    // MARK: - Lines

    private static func isName(_ name: String, _ fileName: String) -> Bool {
        !fileName.isEmpty && (name == fileName || name.hasSuffix("/" + fileName))
    }

    private static func lone(_ line: Substring) -> String? {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, words[0].utf8.allSatisfy(\.isHexDigit) else { return nil }
        return words[0].lowercased()
    }

    private static func line(_ line: Substring) -> Line? {
        tagged(line) ?? plain(line)
    }

    /// BSD's.
    private static func tagged(_ line: Substring) -> Line? {
        guard let begin = line.firstIndex(of: "("), let end = line.lastIndex(of: ")"), begin < end
        else { return nil }
        let algorithm = line[..<begin].filter { !$0.isWhitespace }.lowercased()
        let rest = line[end...].dropFirst().filter { !$0.isWhitespace }
        guard rest.hasPrefix("=") else { return nil }
        // OpenSSL says SHA2-256.
        let name = algorithm.replacing("sha2-", with: "sha").replacing("-", with: "")
        return Line(
            algorithm: name, name: String(line[line.index(after: begin)..<end]),
            hex: rest.dropFirst().lowercased())
    }

    /// GNU's.
    private static func plain(_ line: Substring) -> Line? {
        let hex = line.prefix { !$0.isWhitespace }
        guard hex.utf8.count >= 32, line.count > hex.count else { return nil }
        var name = line.dropFirst(hex.count).drop(while: \.isWhitespace)
        if name.first == "*" { name = name.dropFirst() }
        while name.last?.isWhitespace == true { name.removeLast() }
        return Line(name: String(name), hex: hex.lowercased())
    }
}
