/// Reads protobuf's wire format one field after the other, as far as the node's messages need it.
///
/// Over slices, so that nothing is copied: of an array, or of memory that somebody else holds.
package struct ProtobufReader<Bytes: RandomAccessCollection>
where Bytes.Element == UInt8, Bytes.SubSequence == Bytes {
    private var rest: Bytes

    package enum Value {
        case varint(UInt64)
        case bytes(Bytes)
        /// Eight or four bytes, which no field that is read here has.
        case fixed
    }

    package init(_ message: Bytes) {
        rest = message
    }

    /// The next field and its number; nil at the message's end.
    ///
    /// - Throws: `.malformed` when the bytes end early or are no message; nothing more can be read
    ///   then.
    package mutating func next() throws(ProtobufError) -> (number: UInt64, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let tag = try varint()
        guard tag >> 3 > 0 else { throw .malformed }
        switch tag & 7 {
        case 0: return (tag >> 3, .varint(try varint()))
        case 1:
            _ = try take(8)
            return (tag >> 3, .fixed)
        case 2: return (tag >> 3, .bytes(try take(try varint())))
        case 5:
            _ = try take(4)
            return (tag >> 3, .fixed)
        default: throw .malformed
        }
    }

    /// The bytes of the last length-delimited field of that number; what is broken ends the search.
    package func field(_ number: UInt64) -> Bytes? {
        var found: Bytes?
        search { if case (number, .bytes(let bytes)) = $0 { found = bytes } }
        return found
    }

    /// The last varint field of that number; what is broken ends the search.
    package func varint(_ number: UInt64) -> UInt64? {
        var found: UInt64?
        search { if case (number, .varint(let value)) = $0 { found = value } }
        return found
    }

    private func search(_ visit: ((number: UInt64, value: Value)) -> Void) {
        var reader = self
        // The end of what can be read is the end, whichever it is.
        while let field = try? reader.next() { visit(field) }
    }

    private mutating func varint() throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        // A negative number takes ten bytes.
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw .malformed }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw .malformed
    }

    private mutating func take(_ count: UInt64) throws(ProtobufError) -> Bytes {
        guard count <= UInt64(rest.count) else { throw .malformed }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }
}

/// Why bytes are no protobuf message.
package enum ProtobufError: Error, Sendable, Equatable {
    case malformed
}
