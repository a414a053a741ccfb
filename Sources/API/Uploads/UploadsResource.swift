import Supervisor

/// `/v1/uploads/{id}`: uploads that are not finished, each its own actor's alone.
struct UploadsResource: Sendable {
    let node: NodeSupervisor
    let slots: UploadSlots
    private let turns = UploadTurns()

    init(node: NodeSupervisor, slots: UploadSlots) {
        self.node = node
        self.slots = slots
    }

    private var quarantine: Quarantine { node.staging.quarantine }

    private func record(of call: Call) throws(Problem) -> QuarantineRecord {
        guard let id = call.parameters["id"],
            let record = quarantine.record(id, of: call.originator)
        else { throw Problem(.uploadUnknown) }
        return record
    }

    /// How far the upload has come; an earlier request that still writes is ended first.
    @Sendable func offset(_ call: Call) async throws(Problem) -> Response {
        let id = try record(of: call).id
        let quarantine = quarantine
        let offset = await turns.take(id) { quarantine.offset(of: id) }
        let record = try record(of: call)
        guard let offset else { throw Problem(.uploadUnknown) }
        return unfinished(at: offset, more: UploadHeader.length(record.length))
    }

    private func unfinished(at offset: Int64, more: [Response.Header] = []) -> Response {
        Response(
            status: .noContent,
            headers: [
                UploadHeader.offset(offset), UploadHeader.complete(false),
                UploadHeader.limit(quarantine.limits),
            ] + more)
    }

    @Sendable func cancel(_ call: Call) async throws(Problem) -> Response {
        let id = try record(of: call).id
        let staging = node.staging
        await turns.take(id) {
            await staging.pool.run { staging.quarantine.discard(id) }
        }
        return Response(status: .noContent)
    }

    @Sendable func append(_ call: Call) async throws(Problem) -> Response {
        let fields = try UploadFields(call.request.headers)
        let digests = try DigestFields(call.request.headers)
        guard let isLast = fields.complete else { throw UploadFields.missing("Upload-Complete") }
        guard let offset = fields.offset else { throw UploadFields.missing("Upload-Offset") }
        let append = Append(
            call: call, isLast: isLast, offset: offset, length: fields.length, part: digests.part)
        let id = try record(of: call).id
        return try await turns.take(id) { () -> Result<Response, Problem> in
            do throws(Problem) {
                return .success(try await self.append(append, to: id))
            } catch {
                return .failure(error)
            }
        }.get()
    }
}

// MARK: - One more part

extension UploadsResource {
    private struct Append: Sendable {
        let call: Call
        let isLast: Bool
        let offset: Int64
        let length: Int64?
        /// Of this part's bytes.
        let part: ContentDigests

        /// Bytes in all that follow from this part, if it is the last and its length is known.
        var end: Int64? { call.request.body.length.map { offset + Int64($0) } }
    }

    private func append(_ append: Append, to id: String) async throws(Problem) -> Response {
        let slot = try slots.take(
            for: append.call.originator, on: append.call.request.listener)
        defer { withExtendedLifetime(slot) {} }
        let intake = try await resume(id, append)
        guard let record = intake.record, let name = try? node.planName(record.plan) else {
            throw Problem(.uploadUnknown)
        }
        let completion = Completion(node: node, name: name)
        do throws(Problem) {
            try check(append, intake, record)
        } catch {
            await completion.suspend(intake)
            throw error
        }
        let result = await receive(append, into: intake)
        if let failure = result.failure {
            await completion.suspend(result.intake)
            throw failure
        }
        guard append.isLast else {
            await completion.suspend(result.intake)
            return unfinished(at: result.intake.offset)
        }
        let response = try await completion.complete(
            result.intake, isVouchedFor: append.call.vouches(for: record.expected),
            if: BinaryCondition(append.call.request.headers), by: append.call.originator)
        return response.with(isComplete: true)
    }

    private func resume(_ id: String, _ append: Append) async throws(Problem) -> Intake {
        let (quarantine, originator) = (quarantine, append.call.originator)
        do throws(StagingRefusal) {
            return try await node.staging.pool.run { () throws(StagingRefusal) in
                try quarantine.resume(id, of: originator, length: append.length)
            }
        } catch {
            throw Problem(staging: error)
        }
    }

    private func check(
        _ append: Append, _ intake: Intake, _ record: QuarantineRecord
    ) throws(Problem) {
        guard append.offset == intake.offset else {
            throw .mismatchingOffset(append.offset, at: intake.offset)
        }
        if let end = append.end, let length = record.length,
            append.isLast ? end != length : end > length
        {
            throw Problem(.inconsistentUploadLength)
        }
    }

    /// A part whose bytes are not those of its digest is taken back.
    private func receive(_ append: Append, into intake: Intake) async -> Receiver.Result {
        var begun = intake
        if !append.part.isEmpty {
            begun.part = RunningDigest(withSHA512: append.part.sha512 != nil)
        }
        var result = await Receiver(staging: node.staging).receive(
            append.call.request.body, into: begun)
        if result.failure == nil, let part = result.intake.part, !part.digests.fit(append.part) {
            result = await node.staging.pool.run { [result] in
                var result = result
                do throws(StagingRefusal) {
                    try result.intake.rewind(to: intake)
                    result.failure = Problem(.contentMismatch)
                } catch {
                    result.failure = Problem(staging: error)
                }
                return result
            }
        }
        return result
    }
}
