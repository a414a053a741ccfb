import API
import FoundationEssentials
import Supervisor

/// One line of a tokens file: `id scope sha256(secret) created_at expires_at|- label|-`.
struct TokenEntry: Sendable, Equatable {
    let id: TokenID
    let scope: Scope
    /// The SHA-256 of the secret, 32 bytes.
    let digest: [UInt8]
    let createdAt: Date
    /// Nil: it does not expire.
    let expiresAt: Date?
    let label: TokenLabel?

    init(_ token: Token, scope: Scope, createdAt: Date, expiresAt: Date?, label: TokenLabel?) {
        id = token.id
        self.scope = scope
        digest = Array(token.digest)
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.label = label
    }

    init(line: String) throws(TokenLineError) {
        let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: false)
            .map { String($0) }
        guard fields.count == 6 else { throw .fields }
        guard let id = TokenID(fields[0]) else { throw .id }
        guard let scope = Scope(rawValue: fields[1]) else { throw .scope }
        guard let digest = [UInt8](hex: fields[2]), digest.count == 32 else { throw .digest }
        guard let createdAt = Date(rfc3339: fields[3]) else { throw .createdAt }
        let expiresAt = Date(rfc3339: fields[4])
        guard expiresAt != nil || fields[4] == "-" else { throw .expiresAt }
        let label = TokenLabel(fields[5])
        guard label != nil || fields[5] == "-" else { throw .label }
        self.id = id
        self.scope = scope
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.label = label
    }

    var line: String {
        [
            id.description, scope.rawValue, digest.hex, Timestamp(createdAt).rfc3339,
            expiresAt.map { Timestamp($0).rfc3339 } ?? "-", label?.text ?? "-",
        ].joined(separator: " ")
    }

    func hasExpired(at now: Date) -> Bool {
        expiresAt.map { $0 <= now } ?? false
    }
}

/// What people call a token: up to 64 characters, none of which could do harm where they are shown.
struct TokenLabel: Sendable, Equatable {
    let text: String

    init?(_ text: String) {
        guard !text.isEmpty, text != "-", text.count <= 64, text.utf8.count <= 256,
            text.first != " ", text.last != " ",
            !text.unicodeScalars.contains(where: \.isUnsafeToShow)
        else { return nil }
        self.text = text
    }
}

/// What is wrong with a line, without anything of its content.
enum TokenLineError: Error, Equatable, CustomStringConvertible {
    case fields, id, scope, digest, createdAt, expiresAt, label, repeated

    var description: String {
        switch self {
        case .fields: "it has not the six fields id scope sha256 created_at expires_at label"
        case .id: "its id is not 8 characters of a-z and 2-7"
        case .scope: "its scope is none of read, stage and operate"
        case .digest: "its digest is not 64 lower-case hex digits"
        case .createdAt: "its created_at is no time of RFC 3339"
        case .expiresAt: "its expires_at is neither a time of RFC 3339 nor -"
        case .label: "its label is too long or has characters that cannot be shown"
        case .repeated: "its id is that of a line above"
        }
    }
}

extension [UInt8] {
    /// Reads lower-case hex digits.
    fileprivate init?(hex text: String) {
        let digits = text.utf8.map { character -> UInt8? in
            (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(character) ? nil : character.hexDigit
        }
        guard digits.count.isMultiple(of: 2) else { return nil }
        self = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            append(high << 4 | low)
        }
    }
}
