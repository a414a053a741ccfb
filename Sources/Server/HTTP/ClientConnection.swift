import Supervisor

/// The asking side of a connection: requests, one after the other, and their answers.
struct ClientConnection {
    private let channel: Channel
    private let deadline: Instant
    private var buffer = ReadBuffer()
    /// Whether another request may follow.
    private(set) var isReusable = true

    static let headLimit = 64 * 1024
    static let bodyLimit = 4 * 1024 * 1024

    struct Answer: Equatable {
        let status: Int
        let body: [UInt8]
    }

    /// - Parameters:
    ///   - channel: Connected.
    ///   - deadline: Everything on the connection has to be over by then.
    init(on channel: Channel, until deadline: Instant) {
        self.channel = channel
        self.deadline = deadline
    }

    /// Sends a whole request and reads its answer.
    mutating func exchange(_ request: [UInt8]) async throws(ClientError) -> Answer {
        do throws(ChannelError) {
            try await channel.write(request, stall: deadline - .now)
        } catch {
            throw ClientError(error, in: "write")
        }
        let head = try await head()
        isReusable = head.staysOpen
        return Answer(status: head.status, body: try await body(of: head))
    }
}

/// Why there is no answer.
enum ClientError: Error, Equatable, CustomStringConvertible {
    case timedOut, cancelled
    case broken(SystemError)
    /// The connection ended within an answer.
    case cutShort
    /// Not HTTP.
    case malformed
    /// More than the limits allow.
    case tooLarge

    init(_ error: ChannelError, in call: String) {
        self =
            switch error {
            case .timedOut: .timedOut
            case .cancelled: .cancelled
            case .broken(let code): .broken(SystemError(call, code: code))
            }
    }

    var description: String {
        switch self {
        case .timedOut: "it did not answer in time"
        case .cancelled: "the question was withdrawn"
        case .broken(let error): "the connection broke (\(error))"
        case .cutShort: "the connection ended within its answer"
        case .malformed: "its answer is no HTTP"
        case .tooLarge: "its answer is too large"
        }
    }
}

extension ClientConnection {
    /// The head of the final answer; interim ones (1xx) are passed over.
    private mutating func head() async throws(ClientError) -> ResponseHead {
        while true {
            var scanner = HeadScanner(limit: Self.headLimit, maximumLines: 256)
            let length = try await scan(&scanner)
            guard let head = ResponseHead(buffer.unread.prefix(length)) else { throw .malformed }
            buffer.consume(length)
            if head.status >= 200 { return head }
        }
    }

    private mutating func scan(_ scanner: inout HeadScanner) async throws(ClientError) -> Int {
        while true {
            switch scanner.scan(buffer.unread) {
            case .complete(_, let length): return length
            case .incomplete: guard try await readMore() else { throw .cutShort }
            case .malformed: throw .malformed
            case .tooLarge: throw .tooLarge
            }
        }
    }

    private mutating func body(of head: ResponseHead) async throws(ClientError) -> [UInt8] {
        switch head.body {
        case .length(let length):
            guard length <= Self.bodyLimit else { throw .tooLarge }
            while buffer.unread.count < length {
                guard try await readMore() else { throw .cutShort }
            }
            let body = Array(buffer.unread.prefix(length))
            buffer.consume(length)
            return body
        case .chunked: return try await chunks()
        case .untilClose:
            while try await readMore() {
                guard buffer.unread.count <= Self.bodyLimit else { throw .tooLarge }
            }
            return Array(buffer.unread)
        }
    }

    private mutating func chunks() async throws(ClientError) -> [UInt8] {
        var decoder = ChunkedDecoder()
        var body: [UInt8] = []
        while true {
            var input = buffer.unread
            let before = input.count
            let event = decoder.next(&input)
            buffer.consume(before - input.count)
            switch event {
            case .data(let bytes):
                body += bytes
                guard body.count <= Self.bodyLimit else { throw .tooLarge }
            case .needsMore: guard try await readMore() else { throw .cutShort }
            case .end: return body
            case .malformed: throw .malformed
            }
        }
    }

    private mutating func readMore() async throws(ClientError) -> Bool {
        do throws(ChannelError) {
            return try await channel.read(into: &buffer, until: deadline) > 0
        } catch {
            throw ClientError(error, in: "read")
        }
    }
}
