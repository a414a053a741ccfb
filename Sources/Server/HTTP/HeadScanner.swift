/// Finds the end of an HTTP head byte by byte, and refuses what no head may contain.
///
/// It keeps its place, so that each byte is looked at once however the bytes arrive. Every line
/// ends in CR LF; a bare CR or LF and every other control character but the tab is refused at once
/// (RFC 9112 section 2.2).
struct HeadScanner {
    /// Bytes of the whole head, from the request line to the empty line.
    let limit: Int
    /// Lines, the first and the empty last one included.
    let maximumLines: Int

    private var position = 0
    private var lineLength = 0
    private var lines = 0
    private var isAfterCR = false
    /// 2 when the head was preceded by an empty line, which RFC 9112 section 2.2 asks to ignore.
    private var skipped = 0

    init(limit: Int, maximumLines: Int) {
        self.limit = limit
        self.maximumLines = maximumLines
    }

    enum Result: Equatable {
        case incomplete
        /// Where the first line begins, and how many bytes end the head.
        case complete(from: Int, to: Int)
        case malformed
        case tooLarge
    }

    /// - Parameter bytes: All bytes since the head began, those of earlier calls included.
    mutating func scan(_ bytes: ArraySlice<UInt8>) -> Result {
        while position < bytes.count {
            guard position < limit else { return .tooLarge }
            let byte = bytes[bytes.startIndex + position]
            position += 1
            if isAfterCR {
                guard byte == UInt8(ascii: "\n") else { return .malformed }
                if let result = endLine() { return result }
            } else if byte == UInt8(ascii: "\r") {
                isAfterCR = true
            } else if byte.isText {
                lineLength += 1
            } else {
                return .malformed
            }
        }
        return position < limit ? .incomplete : .tooLarge
    }

    private mutating func endLine() -> Result? {
        isAfterCR = false
        guard lineLength > 0 else {
            guard position == 2 else { return .complete(from: skipped, to: position) }
            skipped = 2
            return nil
        }
        lineLength = 0
        lines += 1
        return lines < maximumLines ? nil : .tooLarge
    }
}

extension UInt8 {
    /// Visible ASCII, space, tab, or a byte of RFC 9110's obs-text.
    var isText: Bool { self >= 0x20 && self != 0x7f || self == UInt8(ascii: "\t") }

    /// A character of RFC 9110's `token`.
    var isToken: Bool {
        isLetterOrDigit || "!#$%&'*+-.^_`|~".utf8.contains(self)
    }

    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: isDigit
        }
    }

    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
