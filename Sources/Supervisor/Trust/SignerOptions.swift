import FoundationEssentials

/// The options of a line of allowed signers, read as OpenSSH's `sshsigopt_parse` does.
struct SignerOptions: Sendable, Equatable {
    private(set) var isAuthority = false
    private(set) var namespaces: SSHPatternList?
    private(set) var validAfter: Date?
    private(set) var validBefore: Date?

    /// - Parameter text: separated by commas; empty for none.
    init(_ text: [UInt8]) throws(SignerLineError) {
        var rest = text[...]
        while !rest.isEmpty {
            let name = rest.prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ",") }
            rest = rest[name.endIndex...]
            let value = try Self.value(of: Array(name), &rest)
            try take(String(decoding: name, as: UTF8.self).lowercased(), Array(name).shown, value)
            guard !rest.isEmpty else { break }
            guard rest.popFirst() == UInt8(ascii: ","), !rest.isEmpty else { throw .malformed }
        }
        if let validAfter, let validBefore, validBefore <= validAfter { throw .emptyTime }
    }

    /// What stands in quotes behind `=`, where `\"` is a quote; nil without the sign.
    private static func value(
        of name: [UInt8], _ rest: inout ArraySlice<UInt8>
    ) throws(SignerLineError) -> String? {
        guard rest.first == UInt8(ascii: "=") else { return nil }
        rest = rest.dropFirst()
        guard rest.popFirst() == UInt8(ascii: "\"") else { throw .badValue(name.shown) }
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return String(decoding: value, as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "\"") {
                rest = rest.dropFirst()
                value.append(UInt8(ascii: "\""))
            } else {
                value.append(byte)
            }
        }
        throw .badValue(name.shown)
    }

    private mutating func take(
        _ name: String, _ shown: String, _ value: String?
    ) throws(SignerLineError) {
        switch (name, value) {
        case ("cert-authority", nil): isAuthority = true
        case ("namespaces", let value?):
            guard namespaces == nil else { throw .repeatedOption(shown) }
            guard !value.isEmpty else { throw .badValue(shown) }
            namespaces = SSHPatternList(value)
        case ("valid-after", let value?):
            guard validAfter == nil else { throw .repeatedOption(shown) }
            validAfter = try Self.date(value, shown)
        case ("valid-before", let value?):
            guard validBefore == nil else { throw .repeatedOption(shown) }
            validBefore = try Self.date(value, shown)
        default: throw .unknownOption(shown)
        }
    }

    private static func date(_ text: String, _ name: String) throws(SignerLineError) -> Date {
        guard let date = CivilTime(signer: text)?.date else { throw .badValue(name) }
        return date
    }
}
