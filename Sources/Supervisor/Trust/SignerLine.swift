import FoundationEssentials

/// One line of allowed signers: `principals [options] keytype base64 [comment]`.
struct SignerLine: Sendable, Equatable {
    let number: Int
    /// As they are written; those that begin with `!` name nobody and are left out.
    let principals: [String]
    let key: SSHPublicKey
    private let options: SignerOptions

    /// Nil for a blank line and for a comment.
    init?(_ text: ArraySlice<UInt8>, number: Int) throws(SignerLineError) {
        var words = SignerWords(text)
        guard let first = words.peek, first != UInt8(ascii: "#") else { return nil }
        guard !text.contains(0), let names = words.name() else { throw .malformed }
        principals = String(decoding: names, as: UTF8.self).split(separator: ",")
            .map(String.init).filter { !$0.hasPrefix("!") }
        guard !principals.isEmpty else { throw .nobody }
        guard var type = words.option() else { throw .noKey }
        options = try SignerOptions(Self.isKeyType(type) ? [] : type)
        if !Self.isKeyType(type) {
            guard let next = words.option() else { throw .noKey }
            type = next
        }
        guard let base64 = words.option() else { throw .noKey }
        key = try Self.key(type, base64)
        self.number = number
    }

    var isAuthority: Bool { options.isAuthority }
    /// Nil when it may sign for any.
    var namespaces: SSHPatternList? { options.namespaces }
    var validAfter: Date? { options.validAfter }
    var validBefore: Date? { options.validBefore }

    /// Both moments are within, as in ssh-keygen.
    func isValid(at date: Date) -> Bool {
        validAfter.map { date >= $0 } ?? true && validBefore.map { date <= $0 } ?? true
    }

    /// Whether it is no option: none of those begins like a type.
    private static func isKeyType(_ word: [UInt8]) -> Bool {
        ["ssh-", "ecdsa-", "sk-", "webauthn-"].contains { word.starts(with: $0.utf8) }
    }

    private static func key(
        _ type: [UInt8], _ base64: [UInt8]
    ) throws(SignerLineError) -> SSHPublicKey {
        guard let blob = SSHArmor.bytes(base64: base64) else { throw .badBase64 }
        let key: SSHPublicKey
        do throws(SSHKeyError) {
            key = try SSHPublicKey(blob: blob)
        } catch {
            throw .key(error)
        }
        guard type.elementsEqual(key.type.utf8) else { throw .keyType(type.shown, key.type) }
        return key
    }
}

/// The words of a line, from left to right.
private struct SignerWords {
    private var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) {
        rest = text.last == UInt8(ascii: "\r") ? text.dropLast() : text
        skipBlanks()
    }

    var peek: UInt8? { rest.first }

    private mutating func skipBlanks() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    /// A word, or what stands between quotes.
    mutating func name() -> [UInt8]? {
        guard rest.first == UInt8(ascii: "\"") else { return option() }
        let body = rest.dropFirst()
        guard let end = body.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        rest = body[(end + 1)...]
        guard rest.first == UInt8(ascii: " ") || rest.first == UInt8(ascii: "\t") else {
            return nil
        }
        skipBlanks()
        return Array(body[..<end])
    }

    /// What ends with a blank outside of quotes.
    mutating func option() -> [UInt8]? {
        var (isQuoted, isEscaped) = (false, false)
        let word = rest.prefix { byte in
            if byte == UInt8(ascii: "\""), !isEscaped { isQuoted.toggle() }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            return isQuoted || byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t")
        }
        rest = rest[word.endIndex...]
        skipBlanks()
        return word.isEmpty ? nil : Array(word)
    }
}

/// Why a line of allowed signers cannot be understood.
package enum SignerLineError: Error, Equatable, CustomStringConvertible {
    case malformed, nobody, noKey, badBase64
    case key(SSHKeyError)
    /// What the line says, and what the key is.
    case keyType(String, String)
    case unknownOption(String)
    case repeatedOption(String)
    case badValue(String)
    /// It would end before it begins.
    case emptyTime

    package var description: String {
        switch self {
        case .malformed: "it is not of the form: principals [options] keytype base64"
        case .nobody: "it names nobody"
        case .noKey: "it has no key"
        case .badBase64: "its key is not in canonical base64"
        case .key(let error): "\(error)"
        case .keyType(let said, let type): "it says \(said), and the key is \(type)"
        case .unknownOption(let name): "the option \(name) is not known"
        case .repeatedOption(let name): "the option \(name) is there twice"
        case .badValue(let name): "the value of \(name) cannot be understood"
        case .emptyTime: "valid-before is not later than valid-after"
        }
    }
}
