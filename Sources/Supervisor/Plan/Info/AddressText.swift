/// An absolute http URL (RFC 3986), taken apart with every character checked.
struct AddressText: Equatable {
    /// In lower case.
    let scheme: String
    let authority: String
    let path: String
    let query: AddressQuery

    /// Bytes of an address.
    static let limit = 2048

    init(_ text: String, _ rules: SourceRules) throws(SourceRefusal) {
        guard text.utf8.count <= Self.limit else {
            throw SourceRefusal(
                .addressTooLong, "the address has \(text.utf8.count) bytes, more than \(Self.limit)"
            )
        }
        try Self.refuseForms(text)
        guard let colon = text.firstRange(of: "://"), Self.isScheme(text[..<colon.lowerBound])
        else {
            throw SourceRefusal(.addressAbsent, "\(text.inQuotes) is no address")
        }
        scheme = text[..<colon.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" && rules.allowsHTTP else {
            throw .scheme(scheme, text)
        }
        try Self.check(text)
        // What is behind # never leaves a client.
        let rest = text[colon.upperBound...].prefix { $0 != "#" }
        let place = rest.prefix { $0 != "?" }
        query = AddressQuery(text)
        authority = String(place.prefix { $0 != "/" })
        path = String(place.dropFirst(authority.count))
        try Self.check(authority: authority, text)
        // go-getter takes what is behind for a folder in the archive, and asks for what is before.
        guard !path.contains("//") else {
            throw SourceRefusal(
                .addressFolder, "the address names a folder in an archive: \(text.inQuotes)")
        }
    }

    /// As it is to be asked for.
    ///
    /// - Parameter names: Parameters that are for us, and none of the server's business.
    func url(without names: Set<String>) -> String {
        let query = query.items.filter { !names.contains($0.name) }.map(\.text)
        return scheme + "://" + authority + path
            + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// In lower case, without the port.
    var host: String {
        guard !authority.hasPrefix("[") else { return authority.lowercased() }
        return authority.prefix { $0 != ":" }.lowercased()
    }

    /// The parts of the path, decoded.
    var segments: [String] {
        path.split(separator: "/").map {
            String(decoding: String($0).percentDecoded, as: UTF8.self)
        }
    }

    // MARK: - Checks

    /// Forms that go-getter takes besides URLs.
    private static func refuseForms(_ text: String) throws(SourceRefusal) {
        guard !text.contains(where: \.isWhitespace) else { return }
        if let mark = text.firstRange(of: "::"), !text[..<mark.lowerBound].isEmpty,
            text[..<mark.lowerBound].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        {
            throw .scheme(text[..<mark.lowerBound].lowercased(), text)
        }
        if text.lowercased().hasPrefix("file:") { throw .scheme("file", text) }
        if text.hasPrefix("git@") { throw .scheme("git", text) }
        if ["/", "./", "../", "~/"].contains(where: text.hasPrefix) {
            throw SourceRefusal(.localPath, "\(text.inQuotes) is a path, no address")
        }
    }

    static func isScheme(_ text: Substring) -> Bool {
        text.first?.isLetter == true
            && text.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0))
            }
    }

    private static func check(_ text: String) throws(SourceRefusal) {
        let marks = "-._~:/?#[]@!$&'()*+,;=%"
        let stranger = text.unicodeScalars.first {
            !($0.properties.isAlphabetic && $0.isASCII || ("0"..."9").contains($0)
                || marks.unicodeScalars.contains($0))
        }
        if let stranger {
            throw .malformed("has \(String(stranger).inQuotes), which no URL may have", text)
        }
        for piece in text.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
            .dropFirst()
        {
            let digits = piece.prefix(2)
            guard digits.count == 2, digits.allSatisfy(\.isHexDigit) else {
                throw .malformed("has a broken escape", text)
            }
        }
    }

    private static func check(authority: String, _ text: String) throws(SourceRefusal) {
        guard !authority.contains("@") else {
            throw SourceRefusal(.addressCredentials, "the address holds a user or a password")
        }
        let isBracketed = authority.hasPrefix("[")
        let end = isBracketed ? authority.firstIndex(of: "]") : authority.firstIndex(of: ":")
        let host = end.map { authority[..<$0] } ?? authority[...]
        let isSound =
            isBracketed
            ? host.count > 2 && host.dropFirst().allSatisfy { $0.isHexDigit || ":.".contains($0) }
            : !host.isEmpty && host.allSatisfy { $0.isLetter || $0.isNumber || "-._".contains($0) }
        let port = (end.map { authority[$0...] } ?? "").drop { $0 == "]" }
        let isPort =
            port.isEmpty || port.hasPrefix(":") && UInt16(port.dropFirst()).map { $0 > 0 } ?? false
        guard isSound, isPort, !isBracketed || end != nil else {
            throw .malformed("has no sound host", text)
        }
    }
}

extension SourceRefusal {
    static func malformed(_ what: String, _ text: String) -> SourceRefusal {
        SourceRefusal(.addressMalformed, "the address \(what): \(text.inQuotes)")
    }

    static func scheme(_ scheme: String, _ text: String) -> SourceRefusal {
        let why =
            switch scheme {
            case "http": "http can be changed on its way"
            case "file": "a chain has no say over files of this machine"
            default: "only https is fetched, and this is \(scheme.inQuotes)"
            }
        return SourceRefusal(.scheme, "\(why): \(text.inQuotes)")
    }
}

/// The parameters of an address.
struct AddressQuery: Equatable {
    let items: [Item]

    struct Item: Equatable {
        /// As it was written.
        let text: String
        /// Decoded, and so below.
        let name: String
        let value: String
    }

    /// - Parameter address: Not checked at all.
    init(_ address: String) {
        let query = address.prefix { $0 != "#" }.drop { $0 != "?" }.dropFirst()
        items = query.split(separator: "&").map { item in
            let name = item.prefix { $0 != "=" }
            return Item(
                text: String(item), name: Self.decoded(name),
                value: Self.decoded(item.dropFirst(name.count + 1)))
        }
    }

    func values(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    private static func decoded(_ text: Substring) -> String {
        String(decoding: String(text).percentDecoded, as: UTF8.self)
    }
}
