import FoundationEssentials

/// A dictionary of structured fields (RFC 9651 section 3.2), as far as digests need it: byte
/// sequences are read, every other well-formed value is only passed over.
struct DigestDictionary {
    enum Value: Equatable {
        case bytes([UInt8])
        case other
    }

    private(set) var members: [String: Value] = [:]
    private var rest: Substring.UTF8View

    /// Nil when it is not well-formed.
    init?(_ text: String) {
        rest = text[...].utf8
        skipBlanks()
        while !rest.isEmpty {
            guard let key = key(), let value = member() else { return nil }
            members[key] = value
            skipBlanks()
            guard !rest.isEmpty else { return }
            guard take(",") else { return nil }
            skipBlanks()
            // Nothing follows a last comma.
            guard !rest.isEmpty else { return nil }
        }
    }

    private mutating func member() -> Value? {
        var value = Value.other
        if take("=") {
            guard let found = take("(") ? innerList() : item() else { return nil }
            value = found
        }
        return parameters() ? value : nil
    }

    // MARK: - Parts

    private mutating func key() -> String? {
        guard let first = rest.first, Self.isLower(first) || first == UInt8(ascii: "*") else {
            return nil
        }
        return String(
            decoding: takeAll { byte in
                Self.isLower(byte) || Self.isDigit(byte) || "_-.*".utf8.contains(byte)
            }, as: UTF8.self)
    }

    private mutating func item() -> Value? {
        if take(":") { return bytes() }
        if take("\"") { return string() ? .other : nil }
        let text = takeAll { byte in
            byte > 0x20 && byte < 0x7f && !"\",;()".utf8.contains(byte)
        }
        return text.isEmpty ? nil : .other
    }

    private mutating func bytes() -> Value? {
        let text = takeAll { $0 != UInt8(ascii: ":") }
        guard take(":"), let data = Data(base64Encoded: String(decoding: text, as: UTF8.self))
        else {
            return nil
        }
        return .bytes(Array(data))
    }

    /// Behind the opening mark.
    private mutating func string() -> Bool {
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return true }
            guard byte >= 0x20, byte < 0x7f else { return false }
            if byte == UInt8(ascii: "\\"), rest.popFirst() == nil { return false }
        }
        return false
    }

    /// Behind the opening bracket.
    private mutating func innerList() -> Value? {
        while true {
            skipBlanks()
            if take(")") { return .other }
            guard item() != nil, parameters() else { return nil }
        }
    }

    private mutating func parameters() -> Bool {
        while take(";") {
            skipBlanks()
            guard key() != nil else { return false }
            if take("="), item() == nil { return false }
        }
        return true
    }

    // MARK: - Bytes

    private mutating func take(_ mark: Character) -> Bool {
        guard rest.first == mark.asciiValue else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func takeAll(_ isPart: (UInt8) -> Bool) -> Substring.UTF8View {
        let part = rest.prefix(while: isPart)
        rest = rest[part.endIndex...]
        return part
    }

    private mutating func skipBlanks() {
        _ = takeAll { $0 == 0x20 || $0 == 0x09 }
    }

    private static func isLower(_ byte: UInt8) -> Bool { (97...122).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
