/// Finds single fields in protobuf messages; unknown fields are passed over, broken ones end the
/// search.
package enum ProtobufReader {
    /// The bytes of the last length-delimited field of that number.
    package static func field(
        _ number: UInt64, in message: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        var found: UnsafeRawBufferPointer?
        walk(message) { key, value in
            if key == number, case .bytes(let bytes) = value { found = bytes }
        }
        return found
    }

    /// The last varint field of that number.
    package static func varint(_ number: UInt64, in message: UnsafeRawBufferPointer) -> UInt64? {
        var found: UInt64?
        walk(message) { key, value in
            if key == number, case .varint(let integer) = value { found = integer }
        }
        return found
    }

    private enum Value {
        case varint(UInt64)
        case bytes(UnsafeRawBufferPointer)
        case fixed
    }

    private static func walk(
        _ message: UnsafeRawBufferPointer, _ visit: (UInt64, Value) -> Void
    ) {
        var rest = message[...]
        while let tag = readVarint(&rest) {
            switch tag & 7 {
            case 0:
                guard let value = readVarint(&rest) else { return }
                visit(tag >> 3, .varint(value))
            case 1, 5:
                let size = tag & 7 == 1 ? 8 : 4
                guard rest.count >= size else { return }
                rest = rest.dropFirst(size)
                visit(tag >> 3, .fixed)
            case 2:
                guard let length = readVarint(&rest), length <= UInt64(rest.count) else { return }
                visit(tag >> 3, .bytes(UnsafeRawBufferPointer(rebasing: rest.prefix(Int(length)))))
                rest = rest.dropFirst(Int(length))
            default:
                return
            }
        }
    }

    private static func readVarint(_ rest: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
