import API
import Supervisor

/// One client's connection, from its first byte to its end: requests in, answers out, in order.
struct Connection {
    private let channel: Channel
    private let gate: Gate
    private let router: Router
    private let limits: HTTPLimits
    private let ticket: ConnectionTable.Ticket
    private var buffer = ReadBuffer()
    private var parser: RequestParser

    init(
        _ channel: Channel, gate: Gate, router: Router, limits: HTTPLimits,
        ticket: ConnectionTable.Ticket
    ) {
        self.channel = channel
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
        let decision = decide(head)
        let body = try await discardBody(of: head)
        let response: Response
        switch (decision, body) {
        case (.failure(let problem), _), (.success, .refused(let problem)):
            response = problem.response(for: head.target.path)
        case (.success(let admission), .read), (.success(let admission), .left):
            response = await admission.respond()
        }
        let stays = head.keepsAlive && body == .read && !ticket.isStopping
        try await send(
            response,
            .init(
                isHead: head.method == .head, closes: !stays,
                confirmsKeepAlive: head.version == .http10))
        return stays
    }

    /// What the head alone decides: that it may be answered by a route, or why not.
    private func decide(_ head: RequestHead) -> Result<Admission, Problem> {
        do throws(Problem) {
            let request = Request(
                method: head.method, target: head.target, headers: head.headers,
                caller: try gate.caller(of: head))
            return .success(try router.admit(request))
        } catch {
            return .failure(error)
        }
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

// MARK: - Bodies nobody wants

extension Connection {
    private enum Discard: Equatable {
        case read
        /// The client waits for `100 Continue`, or was not listened to.
        case left
        case refused(Problem)
    }

    /// Reads a body that no route takes, so that the next request is found behind it.
    private mutating func discardBody(
        of head: RequestHead
    ) async throws(ChannelError) -> Discard {
        guard head.body != .none else { return .read }
        guard !head.expectsContinue else { return .left }
        do throws(ChannelError) {
            switch head.body {
            case .none: return .read
            case .length(let length): return try await discard(length: length)
            case .chunked: return try await discardChunks()
            }
        } catch .timedOut {
            return .refused(.requestTimeout)
        }
    }

    private mutating func discard(length: Int) async throws(ChannelError) -> Discard {
        guard length <= limits.unwantedBody else { return .refused(.contentTooLarge) }
        var left = length
        while true {
            let piece = min(left, buffer.unread.count)
            buffer.consume(piece)
            left -= piece
            guard left > 0 else { return .read }
            guard try await readMore() else { return .left }
        }
    }

    private mutating func discardChunks() async throws(ChannelError) -> Discard {
        var decoder = ChunkedDecoder()
        var total = 0
        while true {
            switch nextChunk(&decoder) {
            case .end: return .read
            case .malformed: return .refused(HeadRefusal.malformed.problem)
            case .data(let bytes):
                total += bytes.count
                guard total <= limits.unwantedBody else { return .refused(.contentTooLarge) }
            case .needsMore: guard try await readMore() else { return .left }
            }
        }
    }

    private mutating func nextChunk(_ decoder: inout ChunkedDecoder) -> ChunkedDecoder.Event {
        var input = buffer.unread
        let before = input.count
        let event = decoder.next(&input)
        buffer.consume(before - input.count)
        return event
    }

    private mutating func readMore() async throws(ChannelError) -> Bool {
        try await channel.read(into: &buffer, until: .now + limits.stallTime) > 0
    }
}
