/// Encodes the few protobuf messages that a node shows to the outside.
struct Protobuf {
    private(set) var bytes: [UInt8] = []

    /// A varint field; zero is left out, as proto3 has it.
    mutating func add(_ field: Int, _ value: Int) {
        guard value != 0 else { return }
        appendVarint(UInt64(field << 3))
        appendVarint(UInt64(bitPattern: Int64(value)))
    }

    /// A field of a length and that many bytes.
    mutating func add(_ field: Int, _ content: [UInt8]) {
        appendVarint(UInt64(field << 3 | 2))
        appendVarint(UInt64(content.count))
        bytes += content
    }

    /// A string field; the empty one is left out.
    mutating func add(_ field: Int, _ text: String) {
        guard !text.isEmpty else { return }
        add(field, Array(text.utf8))
    }

    private mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

extension Protobuf {
    /// cosmos.upgrade.v1beta1.QueryCurrentPlanResponse; the zero time of a plan is encoded.
    static func currentPlan(_ plan: Plan) -> [UInt8] {
        var time = Protobuf()
        time.add(1, -62_135_596_800)
        var message = Protobuf()
        message.add(1, plan.name)
        message.add(2, time.bytes)
        message.add(3, plan.height)
        message.add(4, plan.info)
        var response = Protobuf()
        response.add(1, message.bytes)
        return response.bytes
    }

    /// cosmos.upgrade.v1beta1.QueryAppliedPlanResponse.
    static func appliedPlan(height: Int) -> [UInt8] {
        var response = Protobuf()
        response.add(1, height)
        return response.bytes
    }

    /// cosmos.base.node.v1beta1.ConfigResponse.
    static func settings(haltHeight: Int) -> [UInt8] {
        var response = Protobuf()
        response.add(1, "0stake")
        response.add(2, "100")
        response.add(3, "10")
        response.add(4, haltHeight)
        return response.bytes
    }

    /// The name in a cosmos.upgrade.v1beta1.QueryAppliedPlanRequest.
    static func requestedName(_ bytes: [UInt8]) -> String? {
        guard bytes.count > 2, bytes[0] == 0x0A, Int(bytes[1]) == bytes.count - 2 else {
            return nil
        }
        return String(decoding: bytes.dropFirst(2), as: UTF8.self)
    }
}

/// The spellings of bytes that the RPC knows.
enum Spelling {
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let padding = [UInt8](repeating: 0, count: 3 - group.count)
            let bits = (group + padding).reduce(0) { $0 << 8 | Int($1) }
            let digits = [18, 12, 6, 0].map { alphabet[bits >> $0 & 63] }
            text += digits.prefix(group.count + 1)
            text += padding.map { _ in UInt8(ascii: "=") }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of `0x0a02`, nil when it is no such thing.
    static func hex(_ text: String) -> [UInt8]? {
        let digits = Array((text.hasPrefix("0x") ? text.dropFirst(2) : text[...]).utf8)
        guard digits.count % 2 == 0 else { return nil }
        let pairs = stride(from: 0, to: digits.count, by: 2).map {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
        return pairs.contains(nil) ? nil : pairs.compactMap { $0 }
    }
}
