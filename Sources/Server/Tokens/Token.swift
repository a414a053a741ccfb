import Crypto
import FoundationEssentials

/// A token as its holder has it: `sy_<id>_<secret>`.
///
/// It has no description, so that it cannot end up in a log by being named there.
struct Token: Sendable {
    let id: TokenID
    /// 43 characters of base64url: 256 random bits.
    private let secret: [UInt8]

    private static let prefix = Array("sy_".utf8)
    private static let secretLength = 43
    private static let length = prefix.count + TokenID.length + 1 + secretLength

    /// A new one, from getrandom(2).
    init() {
        var random = SystemRandomNumberGenerator()
        id = TokenID.random(&random)
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        secret = Data(bytes).base64EncodedString().utf8.compactMap { character in
            switch character {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: character
            }
        }
    }

    /// Nil for whatever has not exactly this form.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let secret = bytes.dropFirst(Self.length - Self.secretLength)
        let head = bytes.prefix(Self.length - Self.secretLength)
        guard bytes.count == Self.length, head.starts(with: Self.prefix),
            head.last == UInt8(ascii: "_"), secret.allSatisfy(\.isBase64URL),
            let id = TokenID(String(decoding: head.dropFirst(3).dropLast(), as: UTF8.self))
        else { return nil }
        self.id = id
        self.secret = Array(secret)
    }

    /// Nil for an Authorization field that is no bearer token (RFC 6750 section 2.1).
    init?(authorization field: String) {
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        self.init(parts[1].drop { $0 == " " })
    }

    /// Of the secret's characters, so that `sha256sum` can be used to compare.
    var digest: SHA256.Digest { SHA256.hash(data: secret) }

    /// For the one moment at which a token is shown.
    var text: String { "sy_\(id)_" + String(decoding: secret, as: UTF8.self) }
}

/// Names a token without giving it away: eight characters of base32.
struct TokenID: Hashable, Sendable, CustomStringConvertible {
    let description: String

    static let length = 8
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    init?(_ text: String) {
        guard text.utf8.count == Self.length, text.utf8.allSatisfy(Self.alphabet.contains) else {
            return nil
        }
        description = text
    }

    private init(characters: [UInt8]) {
        description = String(decoding: characters, as: UTF8.self)
    }

    static func random(_ random: inout some RandomNumberGenerator) -> TokenID {
        TokenID(
            characters: (0..<length).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            })
    }
}

extension UInt8 {
    fileprivate var isBase64URL: Bool {
        isLetterOrDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
    }
}
