import Glibc

/// As much of an HTTP/1.1 server as the RPC's GET requests need, kept alive.
final class HTTPServer {
    /// Answers a request's target through the callback, at once or later.
    typealias Answer = (_ target: String, _ reply: @escaping (HTTPReply) -> Void) -> Void

    let port: Int
    private let descriptor: Int32
    private let loop: Loop
    private let answer: Answer
    private var connections: [Int32: HTTPConnection] = [:]

    init(host: String, port: Int, loop: Loop, answer: @escaping Answer) throws(ListenError) {
        descriptor = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
            0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = SocketAddress(host: host, port: port)
        guard address.bind(descriptor), listen(descriptor, 64) == 0 else {
            throw ListenError(code: errno)
        }
        self.port = address.port(of: descriptor)
        self.loop = loop
        self.answer = answer
        loop.watch(descriptor) { [self] in accept() }
    }

    func stop() {
        loop.unwatch(descriptor)
        close(descriptor)
        for connection in connections.values { connection.end() }
    }

    private func accept() {
        let client = Glibc.accept(descriptor, nil, nil)
        guard client >= 0 else { return }
        _ = fcntl(client, F_SETFL, O_NONBLOCK)
        let connection = HTTPConnection(client, loop: loop, answer: answer) { [self] in
            connections[client] = nil
        }
        connections[client] = connection
        loop.watch(client) { connection.read() }
    }
}

/// The address can't be listened on: errno.
struct ListenError: Error {
    let code: Int32
}

/// A status and a JSON body.
struct HTTPReply {
    let status: String
    let body: String

    init(_ body: String, status: String = "200 OK") {
        self.body = body
        self.status = status
    }
}

/// One client: reads requests, one at a time, and writes replies.
final class HTTPConnection {
    private let descriptor: Int32
    private let loop: Loop
    private let answer: HTTPServer.Answer
    private let ended: () -> Void
    private var received: [UInt8] = []
    private var isAnswering = false
    private var isOpen = true

    init(
        _ descriptor: Int32, loop: Loop, answer: @escaping HTTPServer.Answer,
        ended: @escaping () -> Void
    ) {
        self.descriptor = descriptor
        self.loop = loop
        self.answer = answer
        self.ended = ended
    }

    func read() {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count < 0 && errno == EAGAIN { return }
        guard count > 0, received.count < 65536 else { return end() }
        received += chunk.prefix(count)
        answerNext()
    }

    func end() {
        guard isOpen else { return }
        isOpen = false
        loop.unwatch(descriptor)
        close(descriptor)
        ended()
    }

    private func answerNext() {
        guard isOpen, !isAnswering, let head = takeHead() else { return }
        let lines = head.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return end() }
        let closes =
            words[2] == "HTTP/1.0"
            || lines.contains { $0.lowercased() == "connection: close" }
        isAnswering = true
        answer(String(words[1])) { [self] reply in
            isAnswering = false
            send(reply, closes: closes)
            if closes { end() } else { answerNext() }
        }
    }

    /// The next request up to its empty line; requests with bodies are not served.
    private func takeHead() -> String? {
        let text = String(decoding: received, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let head = text[..<end.lowerBound]
        received.removeFirst(head.utf8.count + 4)
        return String(head)
    }

    private func send(_ reply: HTTPReply, closes: Bool) {
        guard isOpen else { return }
        let head = """
            HTTP/1.1 \(reply.status)\r
            Content-Type: application/json\r
            Content-Length: \(reply.body.utf8.count)\r
            Connection: \(closes ? "close" : "keep-alive")\r
            \r\n
            """
        let bytes = Array((head + reply.body).utf8)
        // A reply is far smaller than a socket's buffer: less than all means that the client is gone.
        if Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) < bytes.count {
            end()
        }
    }
}
