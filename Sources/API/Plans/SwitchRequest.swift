import Supervisor

/// The body of `POST /v1/plans/{name}/switch`.
struct SwitchRequest: Sendable {
    let sha256: String
    let isForced: Bool
    let reason: String?

    init(_ object: RequestObject) throws(Problem) {
        var object = object
        let digest = object.sha256("sha256")
        isForced = object.bool("force") ?? false
        reason = object.reason()
        if digest == nil, !object.isRefused("sha256") { object.refuse("sha256", "is required") }
        try object.end()
        sha256 = digest ?? ""
    }
}
