import Testing

@testable import API
@testable import Server

/// Whatever pieces bytes arrive in, the same messages come out.
struct SplitTests {
    /// A connection's reading side without the connection.
    fileprivate struct Reader {
        var parser = RequestParser(limits: HTTPLimits())
        var buffer: [UInt8] = []
        var decoder: ChunkedDecoder?
        var left = 0
        var log: [String] = []

        mutating func feed(_ bytes: some Sequence<UInt8>) {
            buffer += bytes
            while step() {}
        }

        private mutating func step() -> Bool {
            if left > 0 {
                guard !buffer.isEmpty else { return false }
                left -= 1
                log.append("byte \(buffer.removeFirst())")
                return true
            }
            if decoder != nil { return stepChunk() }
            switch parser.parse(buffer[...]) {
            case .incomplete: return false
            case .refused(let refusal):
                log.append("\(refusal)")
                buffer = []
                return false
            case .head(let head, let consumed):
                buffer.removeFirst(consumed)
                log.append("\(head.method) \(head.target.path) \(head.headers.fields.count)")
                if head.body == .chunked { decoder = ChunkedDecoder() }
                if case .length(let length) = head.body { left = length }
                return true
            }
        }

        private mutating func stepChunk() -> Bool {
            var input = buffer[...]
            let event = decoder?.next(&input)
            if case .data(let bytes) = event { for byte in bytes { log.append("byte \(byte)") } }
            buffer = Array(input)
            switch event {
            case .data: return true
            case .end:
                log.append("end")
                decoder = nil
                return true
            case .malformed:
                log.append("malformed")
                buffer = []
                return false
            case .needsMore, nil: return false
            }
        }
    }

    private static let stream = Array(
        ("GET /a?b HTTP/1.1\r\nHost: localhost\r\n\r\n"
            + "POST /b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3;x=\"y\"\r\nabc\r\n0a\r\n0123456789\r\n0\r\nT: v\r\n\r\n"
            + "\r\nPUT /c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nGET "
            + "POST /d HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            + "HEAD /e HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n").utf8)

    private static let expected: [String] = {
        var reader = Reader()
        reader.feed(stream)
        return reader.log
    }()

    @Test func `five pipelined requests are found in one piece`() {
        #expect(
            Self.expected.filter { $0.contains("/") }.map { $0.suffix(4) }
                == ["/a 1", "/b 2", "/c 2", "/d 2", "/e 2"])
        #expect(Self.expected.count { $0.hasPrefix("byte") } == 3 + 10 + 4)
        #expect(Self.expected.count { $0 == "end" } == 2)
    }

    @Test func `every split in two gives the same requests`() {
        for cut in 0...Self.stream.count {
            var reader = Reader()
            reader.feed(Self.stream[..<cut])
            reader.feed(Self.stream[cut...])
            #expect(reader.log == Self.expected, "cut at \(cut)")
        }
    }

    @Test func `byte by byte gives the same requests`() {
        var reader = Reader()
        for byte in Self.stream { reader.feed(CollectionOfOne(byte)) }
        #expect(reader.log == Self.expected)
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `random splits give the same requests`(seed: UInt64) {
        var random = SplitMix(state: seed)
        var reader = Reader()
        var rest = Self.stream[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...40, using: &random))
            reader.feed(piece)
            rest = rest.dropFirst(piece.count)
        }
        #expect(reader.log == Self.expected)
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func `a stream with damage is read the same in one piece and in bytes`(seed: UInt64) {
        var random = SplitMix(state: seed)
        var stream = Self.stream
        for _ in 0..<3 {
            let index = stream.indices.randomElement(using: &random) ?? 0
            stream[index] = "\r\n\0 :,;\t0fA\u{7f}%".utf8.randomElement(using: &random) ?? 0
        }
        var whole = Reader()
        whole.feed(stream)
        var bytes = Reader()
        for byte in stream where !bytes.isOver { bytes.feed(CollectionOfOne(byte)) }
        #expect(whole.log == bytes.log)
    }

    @Test(arguments: [
        "\r\n", "x\r\n", "-1\r\n", "+1\r\n", " 1\r\n", "0x1\r\n", "1\n", "1\rx", "1\r\nab\r\n",
        "1\r\na\n", "1\r\na\rx", "1000000000000000\r\n", "0\r\nbad\r\n\r\n", "0\r\n x: y\r\n\r\n",
        "0\r\nx: y\n", "1;a\u{0}\r\n", "1;\n",
    ])
    func `chunks that break a rule are refused`(text: String) {
        var decoder = ChunkedDecoder()
        var input = Array(text.utf8)[...]
        var event = decoder.next(&input)
        while case .data = event { event = decoder.next(&input) }
        #expect(event == .malformed)
    }

    @Test func `extensions and trailers are bounded`() {
        var extended = ChunkedDecoder()
        var input = Array("1;\(String(repeating: "a", count: 5000))".utf8)[...]
        #expect(extended.next(&input) == .malformed)
        var trailed = ChunkedDecoder()
        input = Array("0\r\nX: \(String(repeating: "a", count: 9000))".utf8)[...]
        #expect(trailed.next(&input) == .malformed)
    }
}

extension SplitTests.Reader {
    /// A real connection is closed then; what follows is never read.
    fileprivate var isOver: Bool {
        log.last == "malformed" || HeadRefusal.allCases.contains { "\($0)" == log.last }
    }
}

/// Steele, Lea and Flood's generator, so that a seed names a walk.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
