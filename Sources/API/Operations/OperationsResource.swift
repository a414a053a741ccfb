import Supervisor

/// The operations that are kept: to look at, to wait for, and to call off.
struct OperationsResource: Sendable {
    let supervisor: NodeSupervisor
    let waiting: Waiting

    var routes: [Route] {
        [
            Route(.get, "/v1/operations", scope: .read, answer: list),
            Route(.get, "/v1/operations/{id}", scope: .read, answer: operation),
            // Its own actor may, too: the route judges the rest.
            Route(.delete, "/v1/operations/{id}", scope: .read, answer: cancel),
        ]
    }

    @Sendable func list(_ call: Call) -> Response {
        .json(List(items: waiting.board.status.operations.newestFirst.map(OperationBody.init)))
    }

    /// Waits for its end as long as the client likes to, by `?wait=N` or `Prefer`.
    @Sendable func operation(_ call: Call) async throws(Problem) -> Response {
        let patience = try patience(of: call.request)
        let operation = try known(call)
        guard let patience, operation.isRunning else {
            return response(operation, patience)
        }
        let place = try waiting.place(for: patience, of: call.request.caller)
        let latest = await waiting.end(
            of: operation, for: patience, client: call.request.client, in: place)
        return response(latest, patience)
    }

    /// May be asked for by whom the operation is of, and by those who may operate.
    @Sendable func cancel(_ call: Call) async throws(Problem) -> Response {
        let operation = try known(call)
        let caller = call.request.caller
        let originator = call.originator
        guard caller.may(.operate) || caller.originator?.isSame(as: operation.originator) == true
        else { throw .insufficientScope(.operate) }
        do throws(CancelRefusal) {
            return Actions.response(try await supervisor.cancel(operation.id, by: originator))
        } catch {
            switch error {
            case .unknown: throw Problem(.operationUnknown)
            case .notCancellable(let operation): throw .notCancellable(operation)
            }
        }
    }

    private func response(_ operation: Operation, _ patience: Patience?) -> Response {
        var response = Response.json(OperationBody(operation))
        if let patience { response.headers.append(patience.applied) }
        return response
    }

    private func known(_ call: Call) throws(Problem) -> Operation {
        guard let text = call.parameters["id"], let id = EventID(text), id.description == text,
            let operation = waiting.board.status.operations[id]
        else { throw Problem(.operationUnknown) }
        return operation
    }

    private func patience(of request: Request) throws(Problem) -> Patience? {
        let texts = request.target.values("wait")
        guard let text = texts.first else { return Patience(preferredIn: request.headers) }
        guard texts.count == 1, let patience = Patience(text) else {
            throw .invalidRequest([.init(pointer: "/wait", detail: "must be a number of seconds")])
        }
        return patience
    }
}

extension Originator {
    /// The same one, whatever it is called now.
    fileprivate func isSame(as other: Originator) -> Bool {
        kind == other.kind && uid == other.uid && id == other.id
    }
}

extension Problem {
    fileprivate static func notCancellable(_ operation: Operation) -> Problem {
        let step = operation.step.map { ", at the step \($0.rawValue)" } ?? ""
        return Problem(
            .notCancellable,
            detail: "The \(operation.kind.rawValue) is \(operation.state.rawValue)\(step).")
    }
}
