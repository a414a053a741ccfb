/// What an address says of the digest of its content.
package enum Checksum: Sendable, Equatable {
    case none
    case digests(ContentDigests)
    /// Good against broken downloads, and no proof of anything.
    case weak(WeakDigest)
    /// The address of a list of checksums, in which the file's own is to be found by its name.
    case list(url: String)

    /// Reads the value of a `checksum` parameter in go-getter's forms: `sha256:<hex>`, the hex alone,
    /// whose length tells which it is, and `file:<url>`.
    init(parameter: String, _ rules: SourceRules) throws(SourceRefusal) {
        let parts = parameter.split(
            separator: ":", maxSplits: 1, omittingEmptySubsequences: false
        ).map(String.init)
        if parts.count == 2, parts[0].lowercased() == "file" {
            self = .list(url: try Self.list(parts[1], rules))
            return
        }
        let named = parts.count == 2 ? parts[0].lowercased() : nil
        try self.init(named, hex: parts[parts.count - 1].lowercased(), rules)
    }

    /// - Parameters:
    ///   - named: The algorithm, in lower case; nil when the length tells.
    ///   - hex: In lower case.
    init(_ named: String?, hex: String, _ rules: SourceRules) throws(SourceRefusal) {
        let lengths = ["md5": 32, "sha1": 40, "sha256": 64, "sha512": 128]
        let count = hex.utf8.count
        guard let algorithm = named ?? lengths.first(where: { $0.value == count })?.key else {
            throw SourceRefusal(
                .checksumMalformed,
                "the checksum's \(count) characters are the length of no digest: \(hex.inQuotes)")
        }
        guard let length = lengths[algorithm] else {
            throw SourceRefusal(
                .checksumMalformed, "the checksum's algorithm is not known: \(algorithm.inQuotes)")
        }
        guard count == length else {
            throw SourceRefusal(
                .checksumMalformed,
                "the checksum has \(count) characters, and \(algorithm) has \(length)")
        }
        guard hex.utf8.allSatisfy(\.isHexDigit) else {
            throw SourceRefusal(
                .checksumMalformed, "the checksum is not hexadecimal: \(hex.inQuotes)")
        }
        switch (algorithm, WeakDigest.Algorithm(rawValue: algorithm)) {
        case (_, let weak?):
            guard rules.allowsWeakDigests else {
                throw SourceRefusal(
                    .checksumWeak, "the checksum is \(algorithm), which anybody can forge")
            }
            self = .weak(WeakDigest(algorithm: weak, hex: hex))
        case ("sha256", nil): self = .digests(ContentDigests(sha256: hex))
        default: self = .digests(ContentDigests(sha512: hex))
        }
    }

    private static func list(_ text: String, _ rules: SourceRules) throws(SourceRefusal) -> String {
        let address = try AddressText(text, rules)
        return address.url(without: [])
    }
}
