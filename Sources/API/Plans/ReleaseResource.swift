import Supervisor

/// `/v1/plans/{name}/release`: what publishers have said of a plan's release.
struct ReleaseResource: Sendable {
    let node: NodeSupervisor

    var routes: [Route] {
        let place = "/v1/plans/{name}/release"
        return [
            Route(.get, place, scope: .read, answer: get),
            Route(.put, place, scope: .stage, takes: .json, answer: put),
            Route(.delete, place, scope: .operate, answer: delete),
        ]
    }

    @Sendable func get(_ call: Call) async throws(Problem) -> Response {
        let name = try call.planName(on: node)
        guard let release = await node.release(of: name) else { throw .noRelease }
        return release.representation.answer(to: call.request)
    }

    /// Puts it there; the same again changes nothing, whatever the conditions.
    @Sendable func put(_ call: Call) async throws(Problem) -> Response {
        let name = try call.planName(on: node)
        let bytes = try await call.request.content()
        let conditions = Preconditions(call.request.headers)
        for _ in 0..<3 {
            let known = await node.release(of: name)
            let evidence = try wanted(bytes, known, under: conditions)
            if known?.page != .evidence(evidence) {
                guard
                    try await bring(evidence, for: name, seen: known?.page, by: call.originator)
                else { continue }
            }
            guard let release = await node.release(of: name) else { continue }
            let location = Location("v1", "plans", name.text, "release").header
            return release.representation.answer(
                known == nil ? .created : .ok, headers: known == nil ? [location] : [])
        }
        throw .planChanging
    }

    @Sendable func delete(_ call: Call) async throws(Problem) -> Response {
        let name = try call.planName(on: node)
        let conditions = Preconditions(call.request.headers)
        for _ in 0..<3 {
            guard let known = await node.release(of: name) else { throw .noRelease }
            let etag = known.representation.etag
            guard conditions.matches(etag) else { throw .preconditionFailed(now: etag) }
            if try await bring(nil, for: name, seen: known.page, by: call.originator) {
                return Response(status: .noContent)
            }
        }
        throw .planChanging
    }

    /// What is to be there, if the request may replace what is.
    private func wanted(
        _ bytes: [UInt8], _ known: ReleaseReport?, under conditions: Preconditions
    ) throws(Problem) -> ReleaseEvidence {
        let etag = known?.representation.etag
        guard conditions.allowsReplacing(etag) else { throw .preconditionFailed(now: etag) }
        guard conditions.matches(etag) else {
            // Conditions are judged before the body: one that is broken is not told here.
            if let known, let request = try? ReleaseRequest(bytes),
                known.page == .evidence(request.evidence)
            {
                return request.evidence
            }
            throw .preconditionFailed(now: etag)
        }
        let evidence = try ReleaseRequest(bytes).evidence
        if let known, let etag, !conditions.hasMatch, known.page != .evidence(evidence) {
            throw .preconditionRequired(now: etag)
        }
        return evidence
    }

    /// False when it has changed meanwhile.
    private func bring(
        _ evidence: ReleaseEvidence?, for name: PlanName, seen: ReleaseBook.Page?,
        by originator: Originator
    ) async throws(Problem) -> Bool {
        do throws(PlanRefusal) {
            try await node.bring(evidence, for: name, seen: seen, by: originator)
            return true
        } catch .changed {
            return false
        } catch {
            throw Problem(plan: error)
        }
    }
}

extension Problem {
    fileprivate static let noRelease = Problem(
        .planUnknown, detail: "Nothing was said of the release of such a plan.",
        remedy: "Bring a manifest or signatures with PUT.")
}

extension ReleaseReport {
    /// As it is shown; with the strong ETag of just these bytes.
    var representation: Representation {
        Representation(type: "application/json", bytes: jsonBytes(of: json))
    }

    var json: JSONValue {
        .object([
            "manifest": JSONValue(evidence.manifest.map { String(decoding: $0, as: UTF8.self) }),
            "manifest_signatures": .array(evidence.manifestSignatures.map(\.json)),
            "signatures": .array(evidence.signatures.map(\.json)),
            "sequence": JSONValue(sequence),
            "manifest_signers": .array(manifestSigners.map(\.json)),
            "signers": .array(signers.map(\.json)),
            "remarks": .array(remarks.map { .string($0) }),
        ])
    }
}

extension [UInt8] {
    fileprivate var json: JSONValue { .string(String(decoding: self, as: UTF8.self)) }
}

extension SignatureTally.Signer {
    fileprivate var json: JSONValue {
        .object(["names": .array(names.map { .string($0) }), "key": .string(fingerprint)])
    }
}
