import Supervisor

/// As much of protobuf's wire format as x/upgrade's answers need; unknown fields are passed over.
enum ProtobufReader {
    enum Value: Equatable {
        case number(Int64)
        case bytes(ArraySlice<UInt8>)
        /// Eight or four bytes, which no field we know has.
        case fixed
    }

    /// The fields of a message, in their order.
    /// - Throws: `.malformed` when the bytes end early or are no message.
    static func fields(
        of message: some Collection<UInt8>
    ) throws(RPCError) -> [(Int64, Value)] {
        var rest = Array(message)[...]
        var fields: [(Int64, Value)] = []
        while !rest.isEmpty {
            let key = try varint(&rest)
            let value: Value
            switch key & 7 {
            case 0: value = .number(try varint(&rest))
            case 1: value = try fixed(8, &rest)
            case 2: value = .bytes(try bytes(Int(clamping: try varint(&rest)), &rest))
            case 5: value = try fixed(4, &rest)
            default: throw .malformed
            }
            fields.append((key >> 3, value))
        }
        return fields
    }

    /// A message with one text.
    static func encoded(string: String, field: UInt8) -> [UInt8] {
        var result = [field << 3 | 2]
        var length = string.utf8.count
        while length > 0x7f {
            result.append(UInt8(length & 0x7f) | 0x80)
            length >>= 7
        }
        return result + [UInt8(length)] + Array(string.utf8)
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws(RPCError) -> Int64 {
        var value: UInt64 = 0
        // A negative number takes ten bytes.
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw .malformed }
            value |= UInt64(byte & 0x7f) << UInt64(shift)
            if byte < 0x80 { return Int64(bitPattern: value) }
        }
        throw .malformed
    }

    private static func fixed(
        _ count: Int, _ rest: inout ArraySlice<UInt8>
    ) throws(RPCError) -> Value {
        _ = try bytes(count, &rest)
        return .fixed
    }

    private static func bytes(
        _ count: Int, _ rest: inout ArraySlice<UInt8>
    ) throws(RPCError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest.count else { throw .malformed }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}

extension ChainPlan {
    /// Reads QueryCurrentPlanResponse; nil when it holds no plan.
    init?(queryResponse bytes: [UInt8]) throws(RPCError) {
        var plan: ArraySlice<UInt8>?
        for case (1, .bytes(let message)) in try ProtobufReader.fields(of: bytes) {
            plan = message
        }
        guard let plan else { return nil }
        self.init(name: "", height: 0, info: "")
        for field in try ProtobufReader.fields(of: plan) {
            switch field {
            case (1, .bytes(let text)): name = String(decoding: text, as: UTF8.self)
            case (3, .number(let number)): height = number
            case (4, .bytes(let text)): info = String(decoding: text, as: UTF8.self)
            default: continue
            }
        }
    }
}
