import Supervisor

/// `/v1/plans/{name}/prepare`: staging as an operation.
struct PrepareResource: Sendable {
    let node: NodeSupervisor
    let actions: Actions

    /// Where the binary is to come from.
    private enum Source: String, CaseIterable {
        case plan, url, path
    }

    @Sendable func prepare(_ call: Call) async throws(Problem) -> Response {
        let name = try call.planName(on: node)
        return try await actions.answer(call) { originator, key, body throws(Problem) in
            let path = try path(in: body, from: call.request.caller)
            do throws(PrepareRefusal) {
                return try await node.prepare(name, from: path, by: originator, key: key)
            } catch {
                throw Problem(prepare: error)
            }
        }
    }

    /// The path, of who may name one.
    private func path(in body: RequestObject, from caller: Caller) throws(Problem) -> String {
        var body = body
        let source = body.word("source", of: Source.self)
        let path = body.string("path", limit: 4096)
        let url = body.string("url", limit: 4096)
        if source == nil { body.refuse("source", "must say where the binary comes from") }
        if source == .path {
            if path?.hasPrefix("/") != true || path?.contains("\0") == true {
                body.refuse("path", "must be an absolute path")
            }
        } else if path != nil {
            body.refuse("path", "belongs to the source \"path\"")
        }
        if url == nil, source == .url { body.refuse("url", "must be an address") }
        if url != nil, source != .url { body.refuse("url", "belongs to the source \"url\"") }
        try body.end()
        guard source == .path, let path else { throw .notFetched }
        guard case .peer = caller else { throw Problem(ProblemType.localOnly) }
        return path
    }
}

extension Problem {
    fileprivate static let notFetched = Problem(
        ProblemType.sourceRefused,
        detail:
            "This version fetches nothing: a binary comes by upload, or from a path of the host.",
        remedy: "Upload the binary, or name its path on the Unix socket.")

    init(prepare refusal: PrepareRefusal) {
        switch refusal {
        case .wish(let refusal): self.init(wish: refusal)
        case .staging(let refusal): self.init(staging: refusal)
        case .source(let why):
            self.init(
                ProblemType.sourceRefused, detail: "The path cannot be used: \(why).",
                remedy: "Name a regular file that the supervisor may read, not a link.")
        }
    }
}
