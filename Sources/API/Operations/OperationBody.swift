import Supervisor

/// `Operation` on the wire.
struct OperationBody: Encodable {
    let id: String
    let kind: String
    @Nullable var plan: String?
    let state: String
    @Nullable var step: String?
    @Nullable var progress: JSONValue?
    let actor: JSONValue
    @Nullable var reason: String?
    let createdAt: String
    @Nullable var finishedAt: String?
    let cancellable: Bool
    @Nullable var idempotencyKey: String?
    @Nullable var result: JSONValue?
    @Nullable var problem: JSONValue?

    enum CodingKeys: String, CodingKey {
        case id, kind, plan, state, step, progress, actor, reason, cancellable, result, problem
        case createdAt = "created_at"
        case finishedAt = "finished_at"
        case idempotencyKey = "idempotency_key"
    }

    init(_ operation: Operation) {
        id = operation.id.description
        kind = operation.kind.rawValue
        plan = operation.plan
        state = operation.state.rawValue
        step = operation.step?.rawValue
        progress = operation.progress?.json
        actor = operation.originator.json
        reason = operation.reason
        createdAt = operation.createdAt.rfc3339
        finishedAt = operation.finishedAt?.rfc3339
        cancellable = operation.isCancellable
        idempotencyKey = operation.key?.text
        result = operation.result?.json ?? operation.staged?.json
        problem = operation.failure.map { Problem($0).body(for: operation.path) }
    }
}

extension Operation {
    /// Where it can be asked for.
    var path: String { "/v1/operations/\(id)" }
}

extension Problem {
    /// Why an operation failed.
    init(_ failure: Operation.Failure) {
        let type = ProblemType.all.first { $0.slug == failure.slug }
        // The history may tell of a type that another version had.
        guard let type else {
            self = .http(
                .internalServerError, detail: failure.detail, remedy: failure.remedy)
            return
        }
        self.init(type, detail: failure.detail, remedy: failure.remedy)
    }
}
