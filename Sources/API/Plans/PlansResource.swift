import Supervisor

/// The upgrade plans that are known, and what operators say of them.
struct PlansResource: Sendable {
    let node: NodeSupervisor
    let actions: Actions

    var routes: [Route] {
        [
            Route(.get, "/v1/plans", scope: .read, answer: list),
            Route(.get, "/v1/plans/{name}", scope: .read, answer: plan),
            Route(.put, "/v1/plans/{name}", scope: .operate, takes: .json, answer: put),
            Route(.delete, "/v1/plans/{name}", scope: .operate, answer: delete),
            Route(
                .post, "/v1/plans/{name}/switch", scope: .operate, takes: .json, answer: `switch`),
        ] + PreflightResource(node: node).routes + ReleaseResource(node: node).routes
    }

    @Sendable func list(_ call: Call) -> Response {
        .json(List(items: node.board.status.plans.map(PlanBody.init)))
    }

    @Sendable func plan(_ call: Call) async throws(Problem) -> Response {
        let name = try call.planName(on: node)
        guard let plan = await node.facts(of: name) else { throw .planUnknown }
        try name.checkSpelling(of: plan)
        return plan.representation.answer(to: call.request)
    }

    /// Declares a plan; decided again when it has changed meanwhile.
    @Sendable func put(_ call: Call) async throws(Problem) -> Response {
        let name = try call.planName(on: node)
        let bytes = try await call.request.content()
        let conditions = Preconditions(call.request.headers)
        return try await deciding { () throws(PlanRefusal) -> Result<Response, Problem> in
            let plan = await node.facts(of: name)
            let declaration: PlanDeclaration
            do throws(Problem) {
                declaration = try wanted(bytes, of: plan, under: conditions)
                if let plan { try name.checkSpelling(of: plan) }
            } catch {
                return .failure(error)
            }
            if let plan, plan.isDeclared(as: declaration) {
                return .success(plan.answer(.ok))
            }
            let new = try await node.declare(
                declaration, for: name, seen: plan, by: call.originator)
            return .success(new.answer(plan == nil ? .created : .ok))
        }
    }

    @Sendable func delete(_ call: Call) async throws(Problem) -> Response {
        let name = try call.planName(on: node)
        let conditions = Preconditions(call.request.headers)
        return try await deciding { () throws(PlanRefusal) -> Result<Response, Problem> in
            guard let plan = await node.facts(of: name) else { throw .unknown }
            guard conditions.matches(plan.representation.etag) else {
                return .failure(.preconditionFailed(now: plan.representation.etag))
            }
            let left = try await node.cancel(
                name, seen: plan, because: "by \(call.originator.named)", by: call.originator)
            return .success(left?.answer(.ok) ?? Response(status: .noContent))
        }
    }

    @Sendable func `switch`(_ call: Call) async throws(Problem) -> Response {
        let name = try call.planName(on: node)
        return try await actions.answer(call) { originator, key, body throws(Problem) in
            let request = try SwitchRequest(body)
            if let plan = await node.facts(of: name) { try name.checkSpelling(of: plan) }
            let switchWish = SwitchWish(
                plan: name, sha256: request.sha256, isForced: request.isForced,
                reason: request.reason)
            return try await wish { () throws(WishRefusal) in
                try await node.switch(switchWish, by: originator, key: key)
            }
        }
    }

    // MARK: - Decisions

    /// The declaration, if the request may replace what there is.
    ///
    /// What is declared already needs no condition, so that a playbook may be played again; an
    /// If-Match that no longer fits does no harm then either (RFC 9110 section 13.1.1).
    private func wanted(
        _ bytes: [UInt8], of plan: PlanFacts?, under conditions: Preconditions
    ) throws(Problem) -> PlanDeclaration {
        let etag = plan?.representation.etag
        guard conditions.allowsReplacing(etag) else { throw .preconditionFailed(now: etag) }
        guard conditions.matches(etag) else {
            // Conditions are judged before the body: one that is broken is not told here.
            if let request = try? PlanRequest(bytes), let plan,
                plan.isDeclared(as: request.declaration)
            {
                return request.declaration
            }
            throw .preconditionFailed(now: etag)
        }
        let declaration = try PlanRequest(bytes).declaration
        if let plan, let etag, plan.origin != .layout, !conditions.hasMatch,
            !plan.isDeclared(as: declaration)
        {
            throw .preconditionRequired(now: etag)
        }
        return declaration
    }

    private func deciding(
        _ decision: () async throws(PlanRefusal) -> Result<Response, Problem>
    ) async throws(Problem) -> Response {
        for _ in 0..<3 {
            let result: Result<Response, Problem>
            do throws(PlanRefusal) {
                result = try await decision()
            } catch .changed {
                continue
            } catch {
                throw Problem(plan: error)
            }
            return try result.get()
        }
        throw .planChanging
    }
}

extension PlanFacts {
    /// With the strong ETag of just these bytes.
    var representation: Representation {
        Representation(type: "application/json", bytes: jsonBytes(of: PlanBody(self)))
    }

    fileprivate func answer(_ status: HTTPStatus) -> Response {
        representation.answer(
            status, headers: status == .created ? [Location("v1", "plans", name).header] : [])
    }
}
