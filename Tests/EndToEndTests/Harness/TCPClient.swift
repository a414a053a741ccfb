import Glibc

/// One request over loopback TCP, blocking; in HTTP/1.0, which has no chunks.
enum TCPClient {
    static func get(_ path: String, port: UInt16) throws -> String {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw HarnessError("socket") }
        defer { close(socket) }
        let isConnected = Loopback(port: port).call { connect(socket, $0, $1) }
        guard isConnected else { throw HarnessError("connect \(port)") }
        let request = "GET \(path) HTTP/1.0\r\nHost: localhost\r\n\r\n"
        guard send(socket, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
            throw HarnessError("send")
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while case let count = recv(socket, &buffer, buffer.count, 0), count > 0 {
            answer += buffer[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { throw HarnessError("no answer") }
        return String(text[end.upperBound...])
    }
}
