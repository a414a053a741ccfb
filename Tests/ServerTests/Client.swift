import CLinux
import Glibc
import Testing

@testable import Server
@testable import Supervisor

/// A small client that blocks, for at most five seconds.
struct Client {
    private let socket: Descriptor

    init(unix path: String) throws {
        guard let address = SocketAddress(path: path) else { throw SystemError("path") }
        try self.init(address)
    }

    init(port: UInt16) throws {
        guard let address = SocketAddress(host: "127.0.0.1", port: port) else {
            throw SystemError("host")
        }
        try self.init(address)
    }

    private init(_ address: SocketAddress) throws {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        socket = try Descriptor(Glibc.socket(address.family, type, 0), call: "socket")
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard address.call({ connect(socket.number, $0, $1) }) == 0 else {
            throw SystemError("connect")
        }
    }

    /// - Returns: False when the server is gone.
    @discardableResult
    func send(_ text: String) -> Bool {
        send(Array(text.utf8))
    }

    /// - Returns: False when the server is gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(socket.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Sends until the socket takes no more.
    /// - Returns: How many bytes it took.
    func sendWhatFits(of bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(
                    socket.number, $0.baseAddress, $0.count,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    /// Reads until what was read has the text in it, or the server ends the stream.
    func read(through text: String) throws -> String {
        var all = ""
        while !all.contains(text), let bytes = try read() {
            all += String(decoding: bytes, as: UTF8.self)
        }
        return all
    }

    /// Everything until the server ends the stream.
    func readToEnd() throws -> String {
        var text: [UInt8] = []
        while let bytes = try read() { text += bytes }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whole answers with Content-Length, that many of them; fewer if the stream ends.
    func answers(_ count: Int, toHead: Bool = false) throws -> [String] {
        var text = ""
        var answers: [String] = []
        while answers.count < count {
            if let (answer, rest) = Self.split(text, toHead: toHead) {
                answers.append(answer)
                text = rest
            } else if let bytes = try read() {
                text += String(decoding: bytes, as: UTF8.self)
            } else {
                break
            }
        }
        return answers
    }

    /// One request, one answer.
    func ask(_ request: String) throws -> String {
        send(request)
        return try answers(1).first ?? ""
    }

    /// Whether something has come, or the end of the stream.
    func isReadable() throws -> Bool {
        var entry = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
        let count = poll(&entry, 1, 0)
        guard count >= 0 else { throw SystemError("poll") }
        return count > 0
    }

    /// Says that nothing more will be sent.
    func endWriting() {
        shutdown(socket.number, Int32(SHUT_WR))
    }

    private func read() throws -> ArraySlice<UInt8>? {
        var space = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket.number, &space, space.count, 0)
        guard count >= 0 else {
            if errno == ECONNRESET { return nil }
            throw SystemError("recv")
        }
        return count == 0 ? nil : space.prefix(count)
    }

    private static func split(_ text: String, toHead: Bool) -> (String, String)? {
        let bytes = Array(text.utf8)
        var scanner = HeadScanner(limit: 65_536, maximumLines: 100)
        guard case .complete(_, let length) = scanner.scan(bytes[...]),
            let lines = try? HeaderLines(bytes[..<length])
        else { return nil }
        let body = toHead ? 0 : Int(lines.headers["content-length"] ?? "") ?? 0
        guard bytes.count >= length + body else { return nil }
        return (
            String(decoding: bytes[..<(length + body)], as: UTF8.self),
            String(decoding: bytes[(length + body)...], as: UTF8.self)
        )
    }
}

extension String {
    /// The status of an answer.
    var status: Int? { Int(dropFirst(9).prefix(3)) }
}

/// A request without a body.
func request(_ line: String, host: String = "localhost", _ fields: String...) -> String {
    "\(line) HTTP/1.1\r\nHost: \(host)\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n"
}
