import Supervisor

/// `/v1/plans/{name}/binary`: what a plan is to run.
struct BinaryResource: Sendable {
    let node: NodeSupervisor
    let slots: UploadSlots

    private var staging: StagingArea { node.staging }
    private var quarantine: Quarantine { node.staging.quarantine }

    @Sendable func options(_ call: Call) throws(Problem) -> Response {
        _ = try call.planName(on: node)
        return Response(
            status: .noContent,
            headers: [
                .init("Allow", "PUT, DELETE, OPTIONS"), UploadHeader.limit(quarantine.limits),
            ])
    }

    @Sendable func delete(_ call: Call) async throws(Problem) -> Response {
        let name = try call.planName(on: node)
        do throws(StagingRefusal) {
            try await node.unstage(
                name, if: BinaryCondition(call.request.headers), by: call.originator)
        } catch {
            throw Problem(staging: error)
        }
        return Response(status: .noContent)
    }

    /// Takes the binary whole, or begins an upload of several requests.
    @Sendable func put(_ call: Call) async throws(Problem) -> Response {
        let name = try call.planName(on: node)
        let target = try await target(of: name)
        let condition = BinaryCondition(call.request.headers)
        let digests = try DigestFields(call.request.headers)
        let fields = try UploadFields(call.request.headers)
        if let known = try await known(digests.whole, name, target, condition, call) {
            return known.with(fields)
        }
        do throws(StagingRefusal) {
            // Without digests only the bytes tell whether they are others.
            let isSame =
                digests.whole.isEmpty
                || ContentDigests(sha256: target.binary.sha256).fit(digests.whole)
            try condition.check(target.binary, isSame: isSame)
            try target.requireFree()
        } catch {
            throw Problem(error, at: target.binary)
        }
        let slot = try slots.take(for: call.originator, on: call.request.listener)
        defer { withExtendedLifetime(slot) {} }
        let intake = try await begin(name, target, digests, fields, call)
        return try await receive(intake, name, digests, fields, condition, call)
    }

    private func target(of name: PlanName) async throws(Problem) -> StagingTarget {
        do throws(StagingRefusal) {
            return try await node.stagingTarget(for: name)
        } catch {
            throw Problem(staging: error)
        }
    }

    /// The answer when these very bytes are here already: not one of them is asked for.
    private func known(
        _ digests: ContentDigests, _ name: PlanName, _ target: StagingTarget,
        _ condition: BinaryCondition, _ call: Call
    ) async throws(Problem) -> Response? {
        if target.placed?.fit(digests) == true {
            return .binary(StagedAnswer(binary: target.binary, isNew: false), of: name)
        }
        guard let held = target.held, held.fit(digests) else { return nil }
        guard call.request.caller.may(.operate) else {
            guard !target.binary.isStaged else { return nil }
            return .binary(StagedAnswer(binary: target.binary, isNew: false), of: name)
        }
        do throws(StagingRefusal) {
            return try await node.vouch(
                for: digests, of: name, by: call.originator, if: condition
            ).map { .binary($0, of: name) }
        } catch {
            throw Problem(error, at: target.binary)
        }
    }

    private func begin(
        _ name: PlanName, _ target: StagingTarget, _ digests: DigestFields,
        _ fields: UploadFields, _ call: Call
    ) async throws(Problem) -> Intake {
        var announcement = Quarantine.Announcement(plan: name, originator: call.originator)
        let length = call.request.body.length.map(Int64.init)
        announcement.isResumable = fields.complete == false
        announcement.length = announcement.isResumable ? fields.length : fields.length ?? length
        announcement.expects = length
        announcement.digests = digests.whole
        announcement.needsSHA512 = target.needsSHA512 || digests.part.sha512 != nil
        if let length, let whole = fields.length,
            announcement.isResumable ? length > whole : length != whole
        {
            throw Problem(.inconsistentUploadLength)
        }
        let quarantine = quarantine
        do throws(StagingRefusal) {
            return try await staging.pool.run { [announcement] () throws(StagingRefusal) in
                try quarantine.begin(announcement)
            }
        } catch {
            throw Problem(staging: error)
        }
    }

    private func receive(
        _ intake: Intake, _ name: PlanName, _ digests: DigestFields, _ fields: UploadFields,
        _ condition: BinaryCondition, _ call: Call
    ) async throws(Problem) -> Response {
        let result = await Receiver(staging: staging).receive(call.request.body, into: intake)
        let completion = Completion(node: node, name: name)
        do throws(Problem) {
            if let failure = result.failure { throw failure }
            if !digests.part.isEmpty, !result.intake.digests.fit(digests.part) {
                throw Problem(.contentMismatch)
            }
        } catch {
            // Nobody has been told of it, so nobody can go on with it.
            await completion.discard(result.intake)
            throw error
        }
        guard fields.complete == false else {
            return try await completion.complete(
                result.intake, isVouchedFor: call.vouches(for: digests.whole), if: condition,
                by: call.originator
            ).with(fields)
        }
        await completion.suspend(result.intake)
        var response = Response(
            status: .created,
            headers: [
                Location("v1", "uploads", intake.id).header,
                UploadHeader.limit(quarantine.limits), UploadHeader.offset(result.intake.offset),
                UploadHeader.complete(false),
            ])
        response.body = .bytes([])
        return response
    }
}

extension Call {
    /// An operator who sends the digest along knows which bytes these are.
    func vouches(for digests: ContentDigests) -> Bool {
        request.caller.may(.operate) && !digests.isEmpty
    }
}

extension Response {
    static func binary(_ answer: StagedAnswer, of name: PlanName) -> Response {
        let etag = answer.binary.etag.map { [Header("ETag", $0)] } ?? []
        return Response(
            status: answer.isNew ? .created : .ok, type: "application/json",
            bytes: jsonBytes(of: answer.binary.json),
            headers: etag + [Location("v1", "plans", name.text, "binary").header])
    }

    /// Tells who speaks of completeness that it is.
    func with(_ fields: UploadFields) -> Response { with(isComplete: fields.complete != nil) }

    func with(isComplete: Bool) -> Response {
        guard isComplete else { return self }
        var response = self
        response.headers.append(UploadHeader.complete(true))
        return response
    }
}

extension Problem {
    /// With the ETag of what is there, where the request should have named it.
    init(_ refusal: StagingRefusal, at binary: BinaryFacts) {
        switch (refusal, binary.etag) {
        case (.preconditionFailed, let etag): self = .preconditionFailed(now: etag)
        case (.preconditionRequired, let etag?): self = .preconditionRequired(now: etag)
        default: self.init(staging: refusal)
        }
    }
}
