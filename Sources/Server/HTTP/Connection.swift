import API
import Supervisor

/// One client's connection, from its first byte to its end: requests in, answers out, in order.
struct Connection {
    private let channel: Channel
    private let gate: Gate
    private let router: Router
    private let limits: HTTPLimits
    private let ticket: ConnectionTable.Ticket
    private let kind: ListenerKind
    private var buffer = ReadBuffer()
    private var parser: RequestParser

    init(
        _ channel: Channel, kind: ListenerKind, gate: Gate, router: Router, limits: HTTPLimits,
        ticket: ConnectionTable.Ticket
    ) {
        self.channel = channel
        self.kind = kind
        self.gate = gate
        self.router = router
        self.limits = limits
        self.ticket = ticket
        parser = RequestParser(limits: limits)
    }

    /// Serves until the client leaves, stalls, breaks a rule or the server stops.
    mutating func serve() async {
        // A client that is gone or does not move is no news to anyone.
        try? await exchange()
        ticket.leave()
    }

    private enum Arrival {
        case head(RequestHead)
        case refused(Problem)
        case closed
    }

    private mutating func exchange() async throws(ChannelError) {
        while true {
            switch try await nextArrival() {
            case .closed: return
            case .refused(let problem):
                try await send(problem.response(for: nil), .init(closes: true))
                return try await linger()
            case .head(let head):
                guard try await answer(head) else { return try await linger() }
            }
            // What is pipelined comes after the others' turn.
            if !buffer.isEmpty { await Task.yield() }
        }
    }

    private mutating func nextArrival() async throws(ChannelError) -> Arrival {
        if buffer.isEmpty {
            ticket.becomeIdle()
            guard !ticket.isStopping else { return .closed }
            let deadline = Instant.now + limits.idleTime
            guard try await channel.read(into: &buffer, until: deadline) > 0 else {
                return .closed
            }
        }
        ticket.becomeBusy()
        let deadline = Instant.now + limits.headTime
        while true {
            switch parser.parse(buffer.unread) {
            case .head(let head, let consumed):
                buffer.consume(consumed)
                return .head(head)
            case .refused(let refusal): return .refused(refusal.problem)
            case .incomplete:
                do throws(ChannelError) {
                    let count = try await channel.read(into: &buffer, until: deadline)
                    guard count > 0 else { return .closed }
                } catch .timedOut {
                    return .refused(.requestTimeout)
                }
            }
        }
    }

    /// - Returns: Whether the connection stays.
    private mutating func answer(_ head: RequestHead) async throws(ChannelError) -> Bool {
        guard head.body != .none else {
            let response = await response(to: head, nil)
            return try await send(response, to: head, isRead: true)
        }
        let body = BodyReader(head, buffer, on: channel, limits: limits)
        buffer.removeAll()
        let response = await response(to: head, body)
        let rest = await body.end()
        if let rest { buffer = rest }
        return try await send(response, to: head, isRead: rest != nil)
    }

    private func response(to head: RequestHead, _ body: BodyReader?) async -> Response {
        do throws(Problem) {
            let request = Request(
                method: head.method, target: head.target, headers: head.headers,
                caller: try gate.caller(of: head), listener: kind,
                body: body?.content ?? .empty)
            let admission = try router.admit(request)
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

    /// - Returns: Whether the connection stays.
    private func send(
        _ response: Response, to head: RequestHead, isRead: Bool
    ) async throws(ChannelError) -> Bool {
        let stays = head.keepsAlive && isRead && !ticket.isStopping
        try await send(
            response,
            .init(
                isHead: head.method == .head, closes: !stays,
                confirmsKeepAlive: head.version == .http10))
        return stays
    }

    private func send(
        _ response: Response, _ framing: Response.Framing
    ) async throws(ChannelError) {
        try await channel.write(response.bytes(framing), stall: limits.stallTime)
    }

    /// Listens on for a while after the last answer, so that what the client is still sending does
    /// not make the kernel reset the connection before the answer is read (RFC 9112 section 9.6).
    private mutating func linger() async throws(ChannelError) {
        channel.endWriting()
        ticket.becomeIdle()
        let deadline = Instant.now + limits.lingerTime
        var left = limits.lingerBytes
        while left > 0 {
            buffer.removeAll()
            let count = try await channel.read(into: &buffer, until: deadline)
            guard count > 0 else { return }
            left -= count
        }
    }
}
