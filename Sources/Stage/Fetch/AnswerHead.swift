import CCurl

/// What a server says before the body, line by line as it comes.
struct AnswerHead {
    private(set) var status = 0
    /// Names in lower case; the last of equal ones.
    private var fields: [String: String] = [:]
    /// An interim answer is none yet.
    private(set) var isComplete = false
    /// Of all lines, interim answers included.
    private(set) var size = 0

    static let largest = 64 << 10

    /// - Parameter line: With its end; what comes after the head, as trailers do, is dropped.
    mutating func take(_ line: String) {
        size += line.utf8.count
        guard !isComplete else { return }
        let text = Substring(line.unicodeScalars.prefix { $0 != "\r" && $0 != "\n" })
        if text.hasPrefix("HTTP/") {
            fields = [:]
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if text.isEmpty {
            isComplete = status >= 200
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...]
            fields[text[..<colon].lowercased()] = Self.trimmed(value)
        }
    }

    subscript(_ name: String) -> String? { fields[name] }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let head = text.drop(while: isBlank)
        return String(head.reversed().drop(while: isBlank).reversed())
    }
}

extension AnswerHead {
    /// Where it says to look instead.
    var location: String? {
        [301, 302, 303, 307, 308].contains(status) ? self["location"] : nil
    }

    var length: Int64? {
        self["transfer-encoding"] == nil ? self["content-length"].flatMap(Self.digits) : nil
    }

    /// Of a part: its first byte, and the bytes of the whole (RFC 9110, section 14.4).
    ///
    /// - Returns: nil unless the part goes to the end.
    var range: (first: Int64, total: Int64?)? {
        guard let field = self["content-range"], field.lowercased().hasPrefix("bytes ") else {
            return nil
        }
        let parts = field.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, ends.count == 2, let first = Self.digits(String(ends[0])),
            let last = Self.digits(String(ends[1])), first <= last
        else { return nil }
        if parts[1] == "*" { return (first, nil) }
        guard let total = Self.digits(String(parts[1])), last == total - 1 else { return nil }
        return (first, total)
    }

    /// By what a part of this very file can be asked for later (RFC 9110, sections 8.8 and 13.1.5).
    var validator: String? {
        guard self["accept-ranges"]?.lowercased() != "none" else { return nil }
        if let tag = self["etag"] { return Self.isStrong(tag) ? tag : nil }
        // A date is strong only if the file was not changed in the second in which it was sent.
        guard let changed = self["last-modified"], let sent = self["date"],
            changed.utf8.count < 64, Self.isPrintable(changed),
            case let changeTime = curl_getdate(changed, nil), changeTime >= 0,
            curl_getdate(sent, nil) > changeTime
        else { return nil }
        return changed
    }

    static func isStrong(_ tag: String) -> Bool {
        (2...256).contains(tag.utf8.count) && tag.hasPrefix("\"") && tag.hasSuffix("\"")
            && isPrintable(tag)
    }

    private static func isPrintable(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20..<0x7f).contains($0) }
    }

    /// No sign, and no overflow in what is done with it.
    private static func digits(_ text: String) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text),
            value < 1 << 62
        else { return nil }
        return value
    }
}
