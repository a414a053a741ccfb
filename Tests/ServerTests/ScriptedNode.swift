import CLinux
import Glibc
import Testing

@testable import Server
@testable import Supervisor

/// A node's RPC that answers each path with the bytes it was given, in small pieces.
struct ScriptedNode {
    /// By path with query; a path that is not here is never answered.
    let answers: [String: Answer]

    struct Answer {
        let text: String
        let closes: Bool

        /// Bytes as they are.
        static func raw(_ text: String, closes: Bool = false) -> Answer {
            Answer(text: text, closes: closes)
        }

        /// JSON with a length.
        static func json(_ json: String, status: String = "200 OK") -> Answer {
            raw("HTTP/1.1 \(status)\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)")
        }
    }

    /// What clients did.
    struct Traffic: Sendable {
        var connections = 0
        var requests: [String] = []
    }

    /// Runs the body beside the node; answers what its clients did.
    @discardableResult
    static func run(
        _ answers: [String: Answer],
        _ body: @escaping @Sendable (CometRPC) async throws -> Void
    ) async throws -> Traffic {
        let loop = try EventLoop(name: "node")
        loop.start()
        let socket = try ListeningSocket(.tcp(host: "127.0.0.1", port: 0), options: .init())
        let address = try #require(RPCAddress("tcp://127.0.0.1:\(socket.port ?? 0)"))
        let node = ScriptedNode(answers: answers)
        return try await withThrowingTaskGroup(of: Traffic?.self) { group in
            group.addTask(executorPreference: loop) { await node.serve(socket, loop) }
            group.addTask {
                try await body(CometRPC(address: address, loop: loop))
                return nil
            }
            let first = try await group.next()
            group.cancelAll()
            let second = try await group.next()
            loop.stop()
            return (first ?? nil) ?? (second ?? nil) ?? Traffic()
        }
    }

    private func serve(_ socket: ListeningSocket, _ loop: EventLoop) async -> Traffic {
        var traffic = Traffic()
        while !Task.isCancelled {
            let number = accept4(
                socket.descriptor.number, __SOCKADDR_ARG(__sockaddr__: nil), nil,
                Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
            guard number >= 0 else {
                _ = await loop.wait(for: .read, on: socket.descriptor.number)
                continue
            }
            traffic.connections += 1
            let channel = Channel(descriptor: Descriptor(owning: number), loop: loop)
            // A client that leaves within an answer is what some tests want.
            try? await talk(on: channel, &traffic)
        }
        return traffic
    }

    private func talk(on channel: Channel, _ traffic: inout Traffic) async throws {
        var buffer = ReadBuffer()
        var parser = RequestParser(limits: HTTPLimits())
        while true {
            guard case .head(let head, let consumed) = parser.parse(buffer.unread) else {
                guard try await channel.read(into: &buffer, until: .now + .seconds(5)) > 0 else {
                    return
                }
                continue
            }
            buffer.consume(consumed)
            let query = head.target.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
            let path = head.target.path + (query.isEmpty ? "" : "?" + query)
            traffic.requests.append(path)
            guard let answer = answers[path] else { continue }
            var rest = Array(answer.text.utf8)[...]
            while !rest.isEmpty {
                try await channel.write(Array(rest.prefix(4000)), stall: .seconds(5))
                rest = rest.dropFirst(4000)
            }
            if answer.closes { return }
        }
    }
}
