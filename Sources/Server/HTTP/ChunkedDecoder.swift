/// Takes the chunked coding off a body (RFC 9112 section 7.1), in whatever pieces it arrives.
///
/// Extensions and trailers are read within limits and dropped.
struct ChunkedDecoder {
    private enum State {
        case size(value: Int, digits: Int)
        /// Blanks behind the size, which only an extension may have.
        case blanks(size: Int)
        case extension_(size: Int)
        case sizeLF(size: Int)
        case data(left: Int)
        case dataCR, dataLF
        case trailers(HeadScanner)
        case ended
    }

    private var state = State.size(value: 0, digits: 0)
    /// Bytes of extensions so far, over all chunks.
    private var extensionBytes = 0
    private var trailer: [UInt8] = []

    private static let extensionLimit = 4096
    private static let trailerLimit = 8192

    enum Event: Equatable {
        /// All input was consumed and the body goes on.
        case needsMore
        /// Some of the body.
        case data(ArraySlice<UInt8>)
        case end
        case malformed
    }

    /// Consumes from the front of `input` up to and including the next event.
    ///
    /// After `.end` what is left of `input` belongs to the next message.
    /// - Parameter limit: Of the bytes of `.data`; more than none.
    mutating func next(
        _ input: inout ArraySlice<UInt8>, atMost limit: Int = .max
    ) -> Event {
        while !input.isEmpty {
            switch state {
            case .ended: return .end
            case .data(let left):
                let piece = input.prefix(min(left, limit))
                input = input.dropFirst(piece.count)
                state = piece.count == left ? .dataCR : .data(left: left - piece.count)
                return .data(piece)
            case .trailers(let scanner):
                if let event = endTrailers(scanner, &input) { return event }
            case .size, .blanks, .extension_, .sizeLF, .dataCR, .dataLF:
                guard let byte = input.popFirst(), accept(byte) else { return .malformed }
            }
        }
        if case .ended = state { return .end }
        return .needsMore
    }

    /// One byte of framing; false when it does not belong there.
    private mutating func accept(_ byte: UInt8) -> Bool {
        switch state {
        case .size(let value, let digits): return acceptSize(byte, value: value, digits: digits)
        case .blanks(let size):
            if byte == UInt8(ascii: ";") { state = .extension_(size: size) }
            extensionBytes += 1
            return (byte.isBlank || byte == UInt8(ascii: ";"))
                && extensionBytes <= Self.extensionLimit
        case .extension_(let size):
            if byte == UInt8(ascii: "\r") {
                state = .sizeLF(size: size)
                return true
            }
            extensionBytes += 1
            return byte.isText && extensionBytes <= Self.extensionLimit
        case .sizeLF(let size):
            state = size > 0 ? .data(left: size) : .trailers(Self.trailerScanner)
            return byte == UInt8(ascii: "\n")
        case .dataCR:
            state = .dataLF
            return byte == UInt8(ascii: "\r")
        case .dataLF:
            state = .size(value: 0, digits: 0)
            return byte == UInt8(ascii: "\n")
        case .data, .trailers, .ended: return false
        }
    }

    private mutating func acceptSize(_ byte: UInt8, value: Int, digits: Int) -> Bool {
        if let digit = byte.hexDigit {
            state = .size(value: value << 4 | Int(digit), digits: digits + 1)
            // Fifteen digits are more than any body, and do not overflow.
            return digits < 15
        }
        guard digits > 0 else { return false }
        switch byte {
        case UInt8(ascii: "\r"): state = .sizeLF(size: value)
        case UInt8(ascii: ";"): state = .extension_(size: value)
        case UInt8(ascii: " "), UInt8(ascii: "\t"): state = .blanks(size: value)
        default: return false
        }
        return true
    }
}

// MARK: - Trailers

extension ChunkedDecoder {
    // The trailer section ends like a head. A line put before it keeps the scanner from taking an
    // empty section for the empty line that may precede a request.
    private static let trailerStart = Array("x\r\n".utf8)
    private static let trailerScanner = HeadScanner(limit: trailerLimit, maximumLines: 66)

    private mutating func endTrailers(
        _ scanner: HeadScanner, _ input: inout ArraySlice<UInt8>
    ) -> Event? {
        var scanner = scanner
        if trailer.isEmpty { trailer = Self.trailerStart }
        let before = trailer.count
        trailer += input.prefix(Self.trailerLimit)
        switch scanner.scan(trailer[...]) {
        case .incomplete:
            input = input.dropFirst(trailer.count - before)
            state = .trailers(scanner)
            return nil
        case .complete(_, let to):
            input = input.dropFirst(to - before)
            state = .ended
            guard (try? HeaderLines(trailer[..<to])) != nil else { return .malformed }
            trailer = []
            return .end
        case .malformed, .tooLarge: return .malformed
        }
    }
}
