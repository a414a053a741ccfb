import Supervisor

/// Whether this host will survive a plan, as it was found last; nothing is looked at here.
struct PreflightResource: Sendable {
    let node: NodeSupervisor

    var routes: [Route] {
        [Route(.get, "/v1/plans/{name}/preflight", scope: .read, answer: preflight)]
    }

    @Sendable func preflight(_ call: Call) async throws(Problem) -> Response {
        let name = try call.planName(on: node)
        guard let plan = await node.facts(of: name), let known = await node.preflight(of: name)
        else { throw .planUnknown }
        try name.checkSpelling(of: plan)
        let body = PreflightBody(known)
        return Representation(type: "application/json", bytes: jsonBytes(of: body)).answer(
            to: call.request)
    }
}

/// `Preflight` on the wire.
struct PreflightBody: Encodable {
    let plan: String
    let verdict: String
    @Nullable var evaluatedAt: String?
    @Nullable var subjectSHA256: String?
    let checks: [JSONValue]

    enum CodingKeys: String, CodingKey {
        case plan, verdict, checks
        case evaluatedAt = "evaluated_at"
        case subjectSHA256 = "subject_sha256"
    }

    init(_ preflight: Preflight) {
        plan = preflight.plan
        verdict = preflight.verdict.rawValue
        evaluatedAt = preflight.evaluatedAt?.rfc3339
        subjectSHA256 = preflight.subjectSHA256
        checks = preflight.checks.map(\.json)
    }
}

extension PreflightCheck {
    /// As it is shown, in a preflight and in the problem of a switch.
    var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "result": .string(result.rawValue),
            "hard": .bool(id.isHard), "reason": .string(reason), "remedy": JSONValue(remedy),
        ])
    }
}
