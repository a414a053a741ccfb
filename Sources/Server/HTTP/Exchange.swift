import API
import Supervisor

/// One request and its answer.
struct Exchange {
    let head: RequestHead
    let channel: Channel
    let kind: ListenerKind
    let gate: Gate
    let router: Router
    let limits: HTTPLimits
    let ticket: ConnectionTable.Ticket

    /// Answers the request.
    /// - Parameter buffer: What has arrived behind the head; then, what has behind the body.
    /// - Returns: Whether the connection stays.
    func run(_ buffer: inout ReadBuffer) async throws(ChannelError) -> Bool {
        guard head.body != .none else {
            return try await send(await response(nil), isRead: true)
        }
        let body = BodyReader(head, buffer, on: channel, limits: limits)
        buffer.removeAll()
        let response = await response(body)
        let rest = await body.end()
        if let rest { buffer = rest }
        return try await send(response, isRead: rest != nil)
    }

    /// In the order of decisions of `openapi.yaml`.
    private func response(_ body: BodyReader?) async -> Response {
        do throws(Problem) {
            let request = Request(
                method: head.method, target: head.target, headers: head.headers,
                caller: try gate.caller(of: head), listener: kind,
                body: body?.content ?? .empty, client: client)
            let admission = try router.admit(request)
            guard head.method.isSafe || !ticket.isStopping else { throw .draining }
            if !admission.takesContent { try await discard(body) }
            return await admission.respond()
        } catch {
            return error.response(for: head.target.path)
        }
    }

    private func discard(_ body: BodyReader?) async throws(Problem) {
        do throws(BodyError) {
            try await body?.discard()
        } catch .tooLarge {
            throw .contentTooLarge
        } catch {
            throw Problem(error)
        }
    }

    private var client: ClientWatch {
        ClientWatch { [channel, ticket] in
            _ = await channel.loop.wait(
                for: .hangup, on: channel.descriptor.number, unless: { ticket.isStopping })
        }
    }
}

// MARK: - The answer

extension Exchange {
    private func send(_ response: Response, isRead: Bool) async throws(ChannelError) -> Bool {
        let stays = head.keepsAlive && isRead && !ticket.isStopping
        switch response.body {
        case .none, .bytes:
            try await channel.write(
                response.bytes(framing(stays: stays)), stall: limits.stallTime)
            return stays
        case .stream(let stream):
            let end = end(of: stream)
            let stays = stays && end != .untilClose
            try await channel.write(response.head(framing(stays: stays)), stall: limits.stallTime)
            guard head.method != .head else { return stays }
            let sender = BodySender(stream, end, on: channel, stall: limits.stallTime)
            // What is not whole must not look so: it ends without its end.
            guard await sender.send(stream, to: client) else { throw .broken(0) }
            return stays
        }
    }

    private func end(of stream: StreamedBody) -> BodySender.Framing {
        guard stream.length == nil else { return .length }
        return head.version == .http11 ? .chunked : .untilClose
    }

    private func framing(stays: Bool) -> Response.Framing {
        Response.Framing(
            isHead: head.method == .head, closes: !stays,
            confirmsKeepAlive: head.version == .http10, endsByClosing: head.version == .http10)
    }
}
