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
    private let counters: HTTPCounters
    private var buffer = ReadBuffer()
    private var parser: RequestParser
    private var hasAnswered = false

    init(
        _ channel: Channel, kind: ListenerKind, gate: Gate, router: Router, limits: HTTPLimits,
        ticket: ConnectionTable.Ticket, counters: HTTPCounters
    ) {
        self.channel = channel
        self.kind = kind
        self.gate = gate
        self.router = router
        self.limits = limits
        self.ticket = ticket
        self.counters = counters
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
                try await refuse(problem)
                return try await linger()
            case .head(let head):
                ticket.becomeBusy()
                let exchange = Exchange(
                    head: head, channel: channel, kind: kind, gate: gate, router: router,
                    limits: limits, ticket: ticket, counters: counters)
                guard try await exchange.run(&buffer) else { return try await linger() }
                hasAnswered = true
            }
            // What is pipelined comes after the others' turn.
            if !buffer.isEmpty { await Task.yield() }
        }
    }

    private mutating func nextArrival() async throws(ChannelError) -> Arrival {
        if buffer.isEmpty {
            // One that was just accepted waits for its first answer, also while the server stops.
            if hasAnswered { ticket.becomeIdle() }
            guard !(hasAnswered && ticket.isStopping) else { return .closed }
            let deadline = Instant.now + limits.idleTime
            guard try await channel.read(into: &buffer, until: deadline) > 0 else {
                return .closed
            }
        }
        ticket.becomeArriving()
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

    private func refuse(_ problem: Problem) async throws(ChannelError) {
        counters.count(HTTPCounters.Refusal(problem))
        let bytes = problem.response(for: nil).bytes(.init(closes: true))
        try await channel.write(bytes, stall: limits.stallTime)
        counters.count { $0.answered(Router.unmatched, nil, with: problem.status) }
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
