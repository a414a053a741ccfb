import API

/// Where a body ends: after so many bytes, or behind its last chunk.
enum BodyCoding {
    case length(Int)
    case chunked(ChunkedDecoder)
    case ended

    init(_ length: RequestHead.BodyLength) {
        switch length {
        case .none: self = .ended
        case .length(let length): self.init(length: length)
        case .chunked: self = .chunked(ChunkedDecoder())
        }
    }

    init(length: Int) {
        self = length > 0 ? .length(length) : .ended
    }

    var isEnded: Bool {
        guard case .ended = self else { return false }
        return true
    }

    /// Bytes to come; nil when the chunks have yet to tell.
    var left: Int? {
        switch self {
        case .length(let left): left
        case .chunked: nil
        case .ended: 0
        }
    }

    /// Takes content from the front of what has arrived; none when more must come, or it has ended.
    mutating func take(
        from buffer: inout ReadBuffer, atMost limit: Int
    ) throws(BodyError) -> [UInt8] {
        switch self {
        case .ended: return []
        case .length(let left):
            let piece = Array(buffer.unread.prefix(min(left, limit)))
            buffer.consume(piece.count)
            self = Self(length: left - piece.count)
            return piece
        case .chunked(var decoder):
            self = .ended
            var input = buffer.unread
            let before = input.count
            defer { buffer.consume(before - input.count) }
            var piece: [UInt8] = []
            while piece.count < limit {
                switch decoder.next(&input, atMost: limit - piece.count) {
                case .data(let bytes): piece += bytes
                case .end: return piece
                case .malformed: throw .malformed
                case .needsMore:
                    self = .chunked(decoder)
                    return piece
                }
            }
            self = .chunked(decoder)
            return piece
        }
    }
}
