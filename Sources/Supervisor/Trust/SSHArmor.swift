import FoundationEssentials

/// The text around a signature: two marks and base64 between them (PROTOCOL.sshsig).
enum SSHArmor {
    static let limit = 64 * 1024
    private static let begin = "-----BEGIN SSH SIGNATURE-----"
    private static let end = "-----END SSH SIGNATURE-----"

    /// The bytes between the marks.
    ///
    /// Lines may have any length and end with LF or CRLF. Nothing comes before the first mark, and
    /// no more than ends of lines after the last.
    static func blob(in text: [UInt8]) throws(SSHSignatureError) -> [UInt8] {
        guard text.count <= limit else { throw .tooLarge }
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }[...]
        guard lines.popFirst()?.elementsEqual(begin.utf8) == true else { throw .noHeader }
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.popLast()?.elementsEqual(end.utf8) == true else { throw .noEnd }
        guard let blob = bytes(base64: lines.flatMap { $0 }) else { throw .badBase64 }
        return blob
    }

    /// Only the one way to write the bytes is taken: padded, and no bit set that is not theirs.
    static func bytes(base64 text: [UInt8]) -> [UInt8]? {
        guard let data = Data(base64Encoded: Data(text)),
            data.base64EncodedData().elementsEqual(text)
        else { return nil }
        return Array(data)
    }

    /// As `ssh-keygen` writes it, in lines of 70.
    static func text(of blob: [UInt8]) -> String {
        var rest = Substring(Data(blob).base64EncodedString())
        var lines = [begin]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(70)))
            rest = rest.dropFirst(70)
        }
        return (lines + [end, ""]).joined(separator: "\n")
    }
}
