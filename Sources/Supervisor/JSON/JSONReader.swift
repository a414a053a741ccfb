/// Recursive descent; no deeper than the limit.
struct JSONReader {
    let bytes: [UInt8]
    var offset = 0
    var path: [String] = []
    var repeated: [String] = []
    private var depth = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func text() throws(JSONTextError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard offset == bytes.count else { throw error("something follows the value") }
        return value
    }

    private mutating func value() throws(JSONTextError) -> JSONValue {
        skipSpace()
        guard let next = peek else { throw error("the text ends where a value must be") }
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("a value must be here")
        }
    }

    private mutating func object() throws(JSONTextError) -> JSONValue {
        try descend()
        var members: [String: JSONValue] = [:]
        var isFirst = true
        while try more(until: "}", isFirst: &isFirst) {
            guard peek == UInt8(ascii: "\"") else {
                throw error("a member's name must be here")
            }
            let name = try string()
            skipSpace()
            guard take(":") else { throw error("a colon must follow the member's name") }
            path.append(name)
            if members[name] != nil { repeated.append(pointer) }
            members[name] = try value()
            path.removeLast()
        }
        depth -= 1
        return .object(members)
    }

    private mutating func array() throws(JSONTextError) -> JSONValue {
        try descend()
        var values: [JSONValue] = []
        var isFirst = true
        while try more(until: "]", isFirst: &isFirst) {
            path.append("\(values.count)")
            values.append(try value())
            path.removeLast()
        }
        depth -= 1
        return .array(values)
    }

    private mutating func descend() throws(JSONTextError) {
        guard depth < JSONText.depthLimit else {
            throw error("it is nested deeper than \(JSONText.depthLimit) levels")
        }
        depth += 1
        offset += 1
    }

    /// Whether another element comes; takes the comma before it, or the bracket at the end.
    private mutating func more(
        until end: Unicode.Scalar, isFirst: inout Bool
    ) throws(JSONTextError) -> Bool {
        skipSpace()
        if take(end) {
            return false
        }
        defer { isFirst = false }
        guard !isFirst else { return true }
        guard take(",") else { throw error("a comma or a closing bracket is missing") }
        skipSpace()
        return true
    }
}
