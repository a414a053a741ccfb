/// Words, numbers and strings, and how the text is looked at.
extension JSONReader {
    var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    var pointer: String {
        path.map { name in
            "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
        }.joined()
    }

    func error(_ reason: String) -> JSONTextError {
        JSONTextError(offset: offset, reason: reason)
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    mutating func skipSpace() {
        while let byte = peek, " \t\r\n".utf8.contains(byte) { offset += 1 }
    }

    mutating func word(
        _ word: String, _ value: JSONValue
    ) throws(JSONTextError) -> JSONValue {
        guard bytes[offset...].starts(with: word.utf8) else { throw error("a value must be here") }
        offset += word.utf8.count
        return value
    }

    mutating func number() throws(JSONTextError) -> JSONValue {
        let begin = offset
        var isInteger = true
        _ = take("-")
        let (first, digitsBegin) = (peek, offset)
        try digits()
        let isPadded = first == UInt8(ascii: "0") && offset - digitsBegin > 1
        guard !isPadded else { throw error("a number has no leading zero") }
        if take(".") {
            isInteger = false
            try digits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: bytes[begin..<offset], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            throw JSONTextError(offset: begin, reason: "a number is too large")
        }
        return .number(value)
    }

    private mutating func digits() throws(JSONTextError) {
        let begin = offset
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            offset += 1
        }
        guard offset > begin else { throw error("a digit must be here") }
    }

    mutating func string() throws(JSONTextError) -> String {
        let begin = offset
        offset += 1
        var text: [UInt8] = []
        while true {
            guard let byte = peek else {
                throw JSONTextError(offset: begin, reason: "a string does not end")
            }
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw JSONTextError(offset: begin, reason: "a string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += try escape()
            case 0..<0x20: throw error("a control character in a string must be escaped")
            default: text.append(byte)
            }
        }
    }

    private mutating func escape() throws(JSONTextError) -> [UInt8] {
        guard let byte = peek else { throw error("a string does not end") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): return try unicode()
        default: throw error("an escape in a string is not known")
        }
    }

    /// Four hex digits, or eight in two escapes for what lies beyond 16 bits.
    private mutating func unicode() throws(JSONTextError) -> [UInt8] {
        var unit = UInt32(try hex())
        if (0xD800..<0xDC00).contains(unit), take("\\"), take("u") {
            let low = UInt32(try hex())
            guard (0xDC00..<0xE000).contains(low) else {
                throw error("half a character is escaped")
            }
            unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(unit) else { throw error("half a character is escaped") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hex() throws(JSONTextError) -> UInt16 {
        let digits = bytes[offset...].prefix(4)
        guard digits.count == 4, digits.allSatisfy(\.isHexDigit),
            let value = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("four hex digits must follow \\u") }
        offset += 4
        return value
    }
}

extension UInt8 {
    /// In either case.
    var isHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
