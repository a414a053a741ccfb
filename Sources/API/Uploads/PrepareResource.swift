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
            let caller = call.request.caller
            let source = try source(in: body, from: caller)
            do throws(PrepareRefusal) {
                return try await node.prepare(
                    name, from: source, by: originator, mayVouch: caller.may(.operate), key: key)
            } catch {
                throw Problem(prepare: error)
            }
        }
    }

    /// Where it is to come from; a path, of who may name one.
    private func source(
        in body: RequestObject, from caller: Caller
    ) throws(Problem) -> PrepareSource {
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
        guard let path else { return url.map { .url($0) } ?? .plan }
        guard case .peer = caller else { throw Problem(ProblemType.localOnly) }
        return .path(path)
    }
}

extension Problem {
    init(prepare refusal: PrepareRefusal) {
        switch refusal {
        case .wish(let refusal): self.init(wish: refusal)
        case .staging(let refusal): self.init(staging: refusal)
        case .source(let refusal): self.init(source: refusal)
        }
    }

    /// With the refusal's own name, for scripts.
    init(source refusal: SourceRefusal) {
        self.init(
            ProblemType.sourceRefused, detail: refusal.reason.asSentence, remedy: refusal.remedy,
            members: ["refusal": .string(refusal.kind.rawValue)])
    }
}
