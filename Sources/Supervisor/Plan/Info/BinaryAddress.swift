/// An address that bytes may be fetched from, without what it says to us.
package struct BinaryAddress: Sendable, Equatable {
    /// Without the parameters `checksum`, `archive` and `filename`, and without a fragment.
    package let url: String
    package let checksum: Checksum
    /// What `archive=` says; nil when the content's own first bytes have to tell.
    package let isArchive: Bool?
    /// The last part of the path, or what `filename` says; empty when there is none.
    ///
    /// A word for people and for lists of checksums, not checked to be a name for a file.
    package let fileName: String

    /// What go-getter takes out of an address before it asks for it.
    private static let own: Set<String> = ["checksum", "archive", "filename"]

    /// Of the binary of a plan, as its info has it.
    package init(binary text: String, _ rules: SourceRules) throws(SourceRefusal) {
        let address = try AddressText(text, rules)
        try self.init(address, rules)
        try ContentName(address, fileName).requireProgram(rules)
    }

    /// Of an info that lies elsewhere.
    package init(info text: String, _ rules: SourceRules) throws(SourceRefusal) {
        let address = try AddressText(text, rules)
        try self.init(address, rules)
        try ContentName(address, fileName).requireNoPage()
    }

    private init(_ address: AddressText, _ rules: SourceRules) throws(SourceRefusal) {
        url = address.url(without: Self.own)
        checksum = try address.query.checksum(rules)
        guard checksum != .none || !rules.mustHaveChecksum else {
            throw SourceRefusal(
                .checksumMissing,
                "the address has no checksum, and one is required: \(url.inQuotes)")
        }
        isArchive = try address.query.isArchive
        fileName = address.query.values("filename").first ?? address.segments.last ?? ""
    }
}

extension AddressQuery {
    /// - Throws: For one that cannot be understood, or more than one: no guess which is meant.
    func checksum(_ rules: SourceRules) throws(SourceRefusal) -> Checksum {
        let name = "checksum"
        if let alike = items.first(where: { $0.name != name && $0.name.lowercased() == name }) {
            throw SourceRefusal(
                .checksumMalformed, "the address has \(alike.name.inQuotes) instead of \(name)")
        }
        let values = values(name)
        guard values.count <= 1 else {
            throw SourceRefusal(.checksumRepeated, "the address has \(values.count) checksums")
        }
        guard let value = values.first else { return .none }
        return try Checksum(parameter: value, rules)
    }

    /// Formats by the endings of their names, as go-getter has them.
    private static let formats: Set<String> = [
        "zip", "tar", "tar.gz", "tgz", "tar.bz2", "tbz2", "tar.xz", "txz", "tar.zst", "tzst", "gz",
        "bz2", "xz", "zst",
    ]

    /// Nil when it is not said.
    fileprivate var isArchive: Bool? {
        get throws(SourceRefusal) {
            let values = values("archive")
            guard let value = values.first, !value.isEmpty else { return nil }
            if values.count == 1 {
                if Self.formats.contains(value) { return true }
                // What Go's ParseBool takes for false.
                if ["0", "f", "F", "false", "FALSE", "False"].contains(value) { return false }
            }
            throw SourceRefusal(
                .archiveUnknown, "the address has an unknown archive=\(value.inQuotes)")
        }
    }
}
