import Supervisor

/// What all requests have in common that make an operation.
struct Actions: Sendable {
    let waiting: Waiting

    /// Begins an operation and answers with it: 202, or 200 when it has ended.
    ///
    /// Honours `Prefer: wait` and reads `Idempotency-Key`.
    /// - Parameter begin: Takes the members of the body and ends it, then begins the operation, or
    ///   answers the one that this key began before.
    func answer(
        _ call: Call,
        begin: (Originator, Operation.IdempotencyKey?, RequestObject) async throws(Problem)
            -> Operation
    ) async throws(Problem) -> Response {
        let patience = Patience(preferredIn: call.request.headers)
        // Before anything is begun: 503 means that nothing was.
        let place = try waiting.place(for: patience, of: call.request.caller)
        return try await answer(call, patience, place, begin: begin)
    }

    /// The same for what must never be refused: without a place to wait it does not wait.
    func answerAlways(
        _ call: Call,
        begin: (Originator, Operation.IdempotencyKey?, RequestObject) async throws(Problem)
            -> Operation
    ) async throws(Problem) -> Response {
        let patience = Patience(preferredIn: call.request.headers)
        // A preference may be passed over (RFC 7240 section 2).
        let place = try? waiting.place(for: patience, of: call.request.caller)
        return try await answer(call, place == nil ? nil : patience, place, begin: begin)
    }

    /// 202 with an operation that goes on, 200 with one that has ended.
    static func response(_ operation: Operation, headers: [Response.Header] = []) -> Response {
        Response(
            status: operation.isRunning ? .accepted : .ok, type: "application/json",
            bytes: jsonBytes(of: OperationBody(operation)),
            headers: [.init("Location", operation.path)] + headers)
    }

    private func answer(
        _ call: Call, _ patience: Patience?, _ place: StreamPlace?,
        begin: (Originator, Operation.IdempotencyKey?, RequestObject) async throws(Problem)
            -> Operation
    ) async throws(Problem) -> Response {
        let body = try await call.request.content()
        let key = try Operation.IdempotencyKey(of: call.request, body: body)
        let operation = try await begin(call.originator, key, try RequestObject(body))
        guard let patience else { return Self.response(operation) }
        let latest = await waiting.end(
            of: operation, for: patience, client: call.request.client, in: place)
        return Self.response(latest, headers: [patience.applied])
    }
}
