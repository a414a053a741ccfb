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
    let counters: HTTPCounters

    /// Answers the request.
    /// - Parameter buffer: What has arrived behind the head; then, what has behind the body.
    /// - Returns: Whether the connection stays.
    func run(_ buffer: inout ReadBuffer) async throws(ChannelError) -> Bool {
        let start = Instant.now
        guard head.body != .none else {
            return try await send(await answer(nil, start), isRead: true)
        }
        let body = BodyReader(head, buffer, on: channel, limits: limits)
        buffer.removeAll()
        let answer = await answer(body, start)
        let rest = await body.end()
        if let rest { buffer = rest }
        return try await send(answer, isRead: rest != nil)
    }

    /// A response, and how it is counted.
    private struct Answer {
        let response: Response
        let route: String
        /// When the head had been read; nil for an upload, which takes as long as its client.
        let start: Instant?
    }

    /// In the order of decisions of `openapi.yaml`.
    private func answer(_ body: BodyReader?, _ start: Instant) async -> Answer {
        do throws(Problem) {
            let caller = try gate.caller(of: head)
            let request = Request(
                method: head.method, target: head.target, headers: head.headers,
                caller: caller, listener: kind,
                body: body?.content ?? .empty, client: client(of: caller))
            let admission = try router.admit(request)
            guard head.method.isSafe || !ticket.isStopping else { throw .draining }
            if !admission.takesContent { try await discard(body) }
            let response = await admission.respond()
            counters.count(HTTPCounters.Refusal(response.status))
            let isUpload = body != nil && admission.isUpload
            return Answer(
                response: response, route: admission.template, start: isUpload ? nil : start)
        } catch {
            counters.count(HTTPCounters.Refusal(error))
            return Answer(
                response: error.response(for: head.target.path),
                route: router.template(of: head.target), start: start)
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

    private func client(of caller: Caller) -> ClientWatch {
        ClientWatch { [channel, ticket] in
            _ = await channel.loop.wait(
                for: .hangup, on: channel.descriptor.number, unless: { ticket.isStopping })
        } sleep: { [channel] deadline in
            _ = await channel.loop.wait(until: deadline)
        } stillMay: { [gate] in
            gate.tokens.isValid(caller)
        }
    }
}

// MARK: - The answer

extension Exchange {
    private func send(_ answer: Answer, isRead: Bool) async throws(ChannelError) -> Bool {
        let response = answer.response
        let stays = head.keepsAlive && isRead && !ticket.isStopping
        switch response.body {
        case .none, .bytes:
            try await channel.write(
                response.bytes(framing(stays: stays)), stall: limits.stallTime)
            count(answer, since: answer.start)
            return stays
        case .stream(let stream):
            let end = end(of: stream)
            let stays = stays && end != .untilClose
            try await channel.write(response.head(framing(stays: stays)), stall: limits.stallTime)
            count(answer, since: nil)
            guard head.method != .head else { return stays }
            let sender = BodySender(stream, end, on: channel, stall: limits.stallTime)
            // What is not whole must not look so: it ends without its end.
            // Only whether it leaves matters here.
            guard await sender.send(stream, to: client(of: .anonymous)) else { throw .broken(0) }
            return stays
        }
    }

    /// All in one go: the lock is taken once for each request.
    private func count(_ answer: Answer, since start: Instant?) {
        counters.count { values in
            values.answered(answer.route, head.method, with: answer.response.status)
            if let start { values.took(.now - start, on: kind) }
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
