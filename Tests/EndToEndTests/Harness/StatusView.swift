import FoundationEssentials
import Glibc

/// As much of `/v1/status` as these tests look at, read as a client would.
struct StatusView: Decodable {
    let instance: String
    let phase: Phase
    let daemon: Daemon?
    let current: Release?
    let hold: Hold?
    let height: HeightView?
    let next: Next?

    struct Phase: Decodable {
        let name: String
        let step: String?
        let reason: String?
        let reason_code: String?
        let remedy: String?
        let waiting_for: String?
    }

    struct Daemon: Decodable {
        let pid: Int32?
        let adopted: Bool
        let restarts: Int
    }

    struct Release: Decodable {
        let plan: String?
        let directory: String
        let provisional: Bool
    }

    struct Hold: Decodable {
        let actor: String?
    }

    struct Next: Decodable {
        let plan: String
        let height: Int
    }

    struct HeightView: Decodable {
        let value: Int
    }

    init(_ body: String) throws {
        self = try JSONDecoder().decode(StatusView.self, from: Data(body.utf8))
    }

    var plan: String? { current?.plan }
    var isProvisional: Bool { current?.provisional ?? false }
    var isBlocked: Bool { phase.name == "blocked" }
}

/// One request over a Unix socket, blocking, as simple as can be.
enum UnixClient {
    static func get(_ path: String, socket name: String) throws -> String {
        let socket = try open(name)
        defer { close(socket) }
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        guard send(socket, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
            throw HarnessError("send")
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { throw HarnessError("no answer") }
        return String(text[end.upperBound...])
    }

    /// A connection that says nothing; to be closed by the caller.
    static func open(_ name: String) throws -> Int32 {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw HarnessError("socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8.prefix(107)) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let isConnected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, length) == 0
            }
        }
        guard isConnected else {
            close(socket)
            throw HarnessError("connect \(name)")
        }
        return socket
    }
}
