import CLinux
import Glibc
import Supervisor

/// One connection to a node's RPC: GET requests, one after the other.
struct RPCConnection {
    private let channel: Channel
    private let address: RPCAddress
    private let deadline: Instant
    private var buffer = ReadBuffer()
    /// Whether another request may follow.
    private(set) var isReusable = true

    static let headLimit = 64 * 1024
    static let bodyLimit = 4 * 1024 * 1024

    /// Connects; everything on the connection has to be over by the deadline.
    init(
        to address: RPCAddress, on loop: EventLoop, until deadline: Instant
    ) async throws(RPCError) {
        self.address = address
        self.deadline = deadline
        guard let target = address.socketAddress else {
            throw .unreachable(SystemError("connect", code: ENAMETOOLONG))
        }
        do throws(SystemError) {
            let socket = try Descriptor(
                socket(target.family, streamSocketType, 0), call: "socket")
            channel = Channel(descriptor: socket, loop: loop)
            if target.call({ connect(socket.number, $0, $1) }) == 0 { return }
            guard errno == EINPROGRESS else { throw SystemError("connect") }
        } catch {
            throw .unreachable(error)
        }
        try await finishConnecting()
    }

    /// The body of the answer to a GET.
    /// - Parameter path: With its query; the address's prefix is put before it.
    mutating func get(_ path: String) async throws(RPCError) -> [UInt8] {
        let request =
            "GET \(address.prefix)\(path) HTTP/1.1\r\nHost: \(address.authority)\r\n"
            + "Accept: application/json\r\nUser-Agent: switchyard\r\n\r\n"
        do throws(ChannelError) {
            try await channel.write(Array(request.utf8), stall: deadline - .now)
        } catch {
            throw Self.error(error)
        }
        let head = try await head()
        isReusable = head.staysOpen
        let body = try await body(of: head)
        guard head.status == 200 else {
            // The node explains itself in JSON also with status 500.
            throw RPCAnswer.refusal(in: body).map { .refused($0) } ?? .status(head.status)
        }
        return body
    }
}

extension RPCConnection {
    private func finishConnecting() async throws(RPCError) {
        let socket = channel.descriptor.number
        switch await channel.loop.wait(for: .write, on: socket, until: deadline) {
        case .ready: break
        case .timedOut: throw .timedOut
        case .cancelled: throw .cancelled
        }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &length)
        guard code == 0 else { throw .unreachable(SystemError("connect", code: code)) }
    }

    /// The head of the final answer; interim ones (1xx) are passed over.
    private mutating func head() async throws(RPCError) -> ResponseHead {
        while true {
            var scanner = HeadScanner(limit: Self.headLimit, maximumLines: 256)
            let length = try await scan(&scanner)
            let head = try ResponseHead(buffer.unread.prefix(length))
            buffer.consume(length)
            if head.status >= 200 { return head }
        }
    }

    private mutating func scan(_ scanner: inout HeadScanner) async throws(RPCError) -> Int {
        while true {
            switch scanner.scan(buffer.unread) {
            case .complete(_, let length): return length
            case .incomplete: guard try await readMore() else { throw .cutShort }
            case .malformed: throw .malformed
            case .tooLarge: throw .tooLarge
            }
        }
    }

    private mutating func body(of head: ResponseHead) async throws(RPCError) -> [UInt8] {
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

    private mutating func chunks() async throws(RPCError) -> [UInt8] {
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

    private mutating func readMore() async throws(RPCError) -> Bool {
        do throws(ChannelError) {
            return try await channel.read(into: &buffer, until: deadline) > 0
        } catch {
            throw Self.error(error)
        }
    }

    private static func error(_ error: ChannelError) -> RPCError {
        switch error {
        case .timedOut: .timedOut
        case .cancelled: .cancelled
        case .broken(let code): .unreachable(SystemError("read", code: code))
        }
    }
}
