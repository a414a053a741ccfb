import FoundationEssentials

/// A JSON object on one line: the same tokens in the same order, without the space between them.
struct CompactJSON: Equatable {
    let text: String

    /// Nil unless the bytes are one JSON object and nothing else.
    init?(object bytes: [UInt8]) {
        // Only whether it decodes matters, not why it does not.
        guard (try? JSONDecoder().decode(AnyObject.self, from: Data(bytes))) != nil else {
            return nil
        }
        var isInString = false
        var isEscaped = false
        let compact = bytes.filter { byte in
            defer {
                isInString = isInString != (byte == UInt8(ascii: "\"") && !isEscaped)
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            }
            return isInString || !" \t\r\n".utf8.contains(byte)
        }
        text = String(decoding: compact, as: UTF8.self)
    }

    private struct AnyObject: Decodable {
        private struct Key: CodingKey {
            let stringValue: String
            let intValue: Int? = nil
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            _ = try decoder.container(keyedBy: Key.self)
        }
    }
}
