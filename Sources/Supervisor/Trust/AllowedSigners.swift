import FoundationEssentials

/// Whose signatures count: a file in the format that ssh-keygen(1) has under ALLOWED SIGNERS.
///
/// A file with a mistake in it has no value of this type: who misspells an option must not end up
/// with a rule that says something else.
package struct AllowedSigners: Sendable, Equatable {
    let lines: [SignerLine]

    static let limit = 256 * 1024

    /// - Throws: every line that cannot be understood, with its number.
    package init(_ text: String) throws(AllowedSignersError) {
        try self.init(Array(text.utf8))
    }

    package init(_ bytes: [UInt8]) throws(AllowedSignersError) {
        guard bytes.count <= Self.limit else { throw .tooLarge }
        var lines: [SignerLine] = []
        var mistakes: [AllowedSignersError.Mistake] = []
        let texts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, text) in texts.enumerated() {
            do throws(SignerLineError) {
                if let line = try SignerLine(text, number: index + 1) { lines.append(line) }
            } catch {
                mistakes.append(.init(line: index + 1, reason: error))
            }
        }
        guard mistakes.isEmpty else { throw .mistakes(mistakes) }
        self.lines = lines
    }

    /// The names that the key may sign under, as the lines write them.
    ///
    /// - Throws: when no line allows it, and then what the nearest one lacks.
    package func principals(
        of key: SSHPublicKey, namespace: String, at date: Date
    ) throws(SignerRefusal) -> [String] {
        // Lines for certificates say nothing of the authority's own signatures.
        let own = lines.filter { $0.key == key && !$0.isAuthority }
        guard !own.isEmpty else { throw .unknown }
        let fitting = own.filter { $0.namespaces?.matches(namespace) ?? true }
        guard let first = fitting.first else { throw .namespace(own[0].number, namespace) }
        let valid = fitting.filter { $0.isValid(at: date) }
        guard valid.isEmpty else { return valid.flatMap(\.principals) }
        if let after = first.validAfter, date < after { throw .notYetValid(first.number, after) }
        throw .expired(first.number, first.validBefore ?? date)
    }
}

/// Why a key may not sign.
package enum SignerRefusal: Error, Equatable, CustomStringConvertible {
    case unknown
    /// The line's number.
    case namespace(Int, String)
    case notYetValid(Int, Date)
    case expired(Int, Date)

    package var description: String {
        switch self {
        case .unknown: "its key is none of the allowed signers'"
        case .namespace(let line, let name):
            "line \(line) of the allowed signers does not allow its key the namespace \"\(name)\""
        case .notYetValid(let line, let date):
            "line \(line) of the allowed signers allows its key only from \(date.rfc3339)"
        case .expired(let line, let date):
            "line \(line) of the allowed signers allowed its key only until \(date.rfc3339)"
        }
    }
}

/// Why a file of allowed signers says nothing.
package enum AllowedSignersError: Error, Equatable, CustomStringConvertible {
    case tooLarge
    case mistakes([Mistake])
    /// Where it is, and what keeps it from being read or believed.
    case file(String, SignersFileError)

    package struct Mistake: Sendable, Equatable {
        package let line: Int
        package let reason: SignerLineError
    }

    package var description: String {
        switch self {
        case .tooLarge: "the allowed signers are larger than 256 KiB"
        case .mistakes(let mistakes):
            mistakes.prefix(5).map { "line \($0.line) of the allowed signers: \($0.reason)" }
                .joined(separator: "; ")
        case .file(let path, let error): "\(path): \(error)"
        }
    }
}
