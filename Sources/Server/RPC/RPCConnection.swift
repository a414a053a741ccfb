import CLinux
import Glibc
import Supervisor

/// One connection to a node's RPC: GET requests, one after the other.
struct RPCConnection {
    private let address: RPCAddress
    private var connection: ClientConnection

    /// Whether another request may follow.
    var isReusable: Bool { connection.isReusable }

    /// Connects; everything on the connection has to be over by the deadline.
    init(
        to address: RPCAddress, on loop: EventLoop, until deadline: Instant
    ) async throws(RPCError) {
        self.address = address
        guard let target = address.socketAddress else {
            throw .unreachable(SystemError("connect", code: ENAMETOOLONG))
        }
        let channel: Channel
        do throws(SystemError) {
            let socket = try Descriptor(
                socket(target.family, streamSocketType, 0), call: "socket")
            channel = Channel(descriptor: socket, loop: loop)
            connection = ClientConnection(on: channel, until: deadline)
            if target.call({ connect(socket.number, $0, $1) }) == 0 { return }
            guard errno == EINPROGRESS else { throw SystemError("connect") }
        } catch {
            throw .unreachable(error)
        }
        try await Self.finishConnecting(channel, until: deadline)
    }

    /// The body of the answer to a GET.
    /// - Parameter path: With its query; the address's prefix is put before it.
    mutating func get(_ path: String) async throws(RPCError) -> [UInt8] {
        let request =
            "GET \(address.prefix)\(path) HTTP/1.1\r\nHost: \(address.authority)\r\n"
            + "Accept: application/json\r\nUser-Agent: switchyard\r\n\r\n"
        let answer: ClientConnection.Answer
        do throws(ClientError) {
            answer = try await connection.exchange(Array(request.utf8))
        } catch {
            throw RPCError(error)
        }
        guard answer.status == 200 else {
            // The node explains itself in JSON also with status 500.
            throw RPCAnswer.refusal(in: answer.body).map { .refused($0) } ?? .status(answer.status)
        }
        return answer.body
    }

    private static func finishConnecting(
        _ channel: Channel, until deadline: Instant
    ) async throws(RPCError) {
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
}

extension RPCError {
    fileprivate init(_ error: ClientError) {
        self =
            switch error {
            case .timedOut: .timedOut
            case .cancelled: .cancelled
            case .broken(let error): .unreachable(error)
            case .cutShort: .cutShort
            case .malformed: .malformed
            case .tooLarge: .tooLarge
            }
    }
}
