import Glibc
import Supervisor

extension Problem {
    /// Why an operation was not even begun.
    init(wish refusal: WishRefusal) {
        self =
            switch refusal {
            case .lifecycle(let refusal): Problem(lifecycle: refusal)
            case .operationInProgress(let operation): .inProgress(operation)
            case .keyReused: Problem(.idempotencyKeyReused)
            case .holdNotKept(let error): .holdNotKept(error)
            case .planUnknown: .planUnknown
            case .planInUse(let why): Problem(.planInUse, detail: why.asSentence)
            case .planNotDue(let why): Problem(.planNotDue, detail: why.asSentence)
            case .notReady(let why, let checks):
                Problem(
                    .notReady, detail: why.asSentence,
                    members: ["checks": .array(checks.map(\.json))])
            case .digestMismatch(let staged):
                Problem(
                    .digestMismatch,
                    detail: staged.map { "What is staged has \($0)." },
                    members: ["staged_sha256": JSONValue(staged)])
            case .notKept(let error): Problem(notWritten: error)
            }
    }

    private init(lifecycle refusal: Lifecycle.Refusal) {
        self =
            switch refusal {
            case .held: Problem(.daemonHeld)
            case .blocked(let block):
                Problem(.blocked, detail: block.reason, remedy: block.remedy)
            case .operationInProgress: .inProgress(nil)
            case .notCancellable: Problem(.notCancellable)
            case .shuttingDown: .draining
            }
    }

    /// - Parameter operation: nil for what the supervisor does of itself, such as a start after a
    ///   crash.
    private static func inProgress(_ operation: Operation?) -> Problem {
        let detail: String
        if let operation {
            let plan = operation.plan.map { " of \($0)" } ?? ""
            detail =
                "The \(operation.kind.rawValue)\(plan) that began at "
                + "\(operation.createdAt.rfc3339) has not ended."
        } else {
            detail = "The node is being started or stopped."
        }
        return Problem(
            .operationInProgress, detail: detail,
            members: ["operation": JSONValue(operation?.id.description)])
    }

    private static func holdNotKept(_ error: SystemError) -> Problem {
        let detail = "The hold could not be written down (\(error)); the node was not stopped."
        guard error.code == ENOSPC || error.code == EDQUOT else {
            return .http(
                .internalServerError, detail: detail,
                remedy: "Make cosmovisor/.switchyard in the home writable, or stop the node "
                    + "without a hold.")
        }
        return Problem(
            .diskReserve, detail: detail,
            remedy: "Free some space, or stop the node without a hold.")
    }
}

/// Asks the node for something.
func wish(
    _ ask: () async throws(WishRefusal) -> Operation
) async throws(Problem) -> Operation {
    do throws(WishRefusal) {
        return try await ask()
    } catch {
        throw Problem(wish: error)
    }
}
