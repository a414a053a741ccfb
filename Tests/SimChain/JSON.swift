/// A JSON value; object members are by lower-case name, as Go matches them.
enum JSON {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    init(parsing bytes: [UInt8]) throws(JSONError) {
        var parser = JSONParser(bytes)
        self = try parser.document()
    }

    /// Go's word for the type.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// A string literal as Go's encoder writes it, HTML characters escaped.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "<", ">", "&", "\0"..<" ", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// Why a text is no JSON, or not the JSON that was wanted, in Go's words.
struct JSONError: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static let end = JSONError("unexpected end of JSON input")
}

/// Recursive descent over the bytes, as strict as Go's decoder.
private struct JSONParser {
    private var rest: ArraySlice<UInt8>
    private var depth = 0

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    mutating func document() throws(JSONError) -> JSON {
        let value = try value()
        skipBlanks()
        guard rest.isEmpty else { throw unexpected("after top-level value") }
        return value
    }

    private mutating func value() throws(JSONError) -> JSON {
        skipBlanks()
        depth += 1
        defer { depth -= 1 }
        guard depth < 1000 else { throw JSONError("exceeded max depth") }
        switch rest.first {
        case nil: throw .end
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object() throws(JSONError) -> [String: JSON] {
        var members: [String: JSON] = [:]
        rest.removeFirst()
        if take("}") { return members }
        repeat {
            skipBlanks()
            guard let next = rest.first else { throw .end }
            guard next == UInt8(ascii: "\"") else {
                throw unexpected("looking for beginning of object key string")
            }
            let name = try string()
            guard take(":") else { throw unexpected("after object key") }
            members[name.lowercased()] = try value()
        } while take(",")
        guard take("}") else { throw unexpected("after object key:value pair") }
        return members
    }

    private mutating func array() throws(JSONError) -> [JSON] {
        var elements: [JSON] = []
        rest.removeFirst()
        if take("]") { return elements }
        repeat { elements.append(try value()) } while take(",")
        guard take("]") else { throw unexpected("after array element") }
        return elements
    }

    private mutating func string() throws(JSONError) -> String {
        var bytes: [UInt8] = []
        rest.removeFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"): bytes += try escape()
            case ..<0x20: throw JSONError("invalid character in string literal")
            default: bytes.append(byte)
            }
        }
        throw .end
    }

    private mutating func escape() throws(JSONError) -> [UInt8] {
        guard let byte = rest.popFirst() else { throw .end }
        switch byte {
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "u"):
            let digits = String(decoding: rest.prefix(4), as: UTF8.self)
            guard digits.count == 4, let code = UInt32(digits, radix: 16) else {
                throw JSONError("invalid character in \\u hexadecimal character escape")
            }
            rest = rest.dropFirst(4)
            // A lone surrogate becomes the replacement character, as in Go.
            return Array(String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
        default: throw JSONError("invalid character in string escape code")
        }
    }

    private mutating func number() throws(JSONError) -> JSON {
        let text = String(
            decoding: rest.prefix { Array("+-.0123456789eE".utf8).contains($0) }, as: UTF8.self)
        guard Double(text) != nil, text.first != "+" else {
            throw unexpected("looking for beginning of value")
        }
        rest = rest.dropFirst(text.utf8.count)
        return .number(text)
    }

    private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
        guard rest.starts(with: word.utf8) else {
            throw word.utf8.starts(with: rest) ? .end : unexpected("in literal \(word)")
        }
        rest = rest.dropFirst(word.utf8.count)
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipBlanks() {
        rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }

    private func unexpected(_ place: String) -> JSONError {
        guard let byte = rest.first else { return .end }
        return JSONError("invalid character '\(Unicode.Scalar(byte))' \(place)")
    }
}
