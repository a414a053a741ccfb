import Supervisor

extension Problem {
    init(staging refusal: StagingRefusal) {
        switch refusal {
        case .diskReserve: self.init(ProblemType.diskReserve)
        case .quarantineFull:
            self.init(
                .diskReserve, detail: "As much as is allowed waits already to be trusted.",
                remedy: "Pin or delete what is held, or cancel unfinished uploads.")
        case .tooManyUnfinished:
            self.init(
                .uploadInProgress, detail: "Too many uploads of this caller are unfinished.",
                remedy: "Finish one, or cancel it with DELETE.")
        case .tooLarge(let limit): self = .contentTooLarge(limit: Int(limit))
        case .inconsistentLength: self.init(ProblemType.inconsistentUploadLength)
        case .rejected(let kind):
            self.init(
                .binaryRejected, detail: kind.objection?.what, remedy: kind.objection?.remedy)
        case .contentMismatch: self.init(ProblemType.contentMismatch)
        case .digestRefused(let why):
            self.init(.contentMismatch, detail: why.asSentence)
        case .sourceRefused(let refusal): self.init(source: refusal)
        case .trustRefused(let why, let remedy):
            self.init(.binaryRejected, detail: "The policy refuses it: \(why).", remedy: remedy)
        case .unpackRefused(let why, let remedy):
            self.init(.binaryRejected, detail: why.asSentence, remedy: remedy)
        case .fetchFailed, .helperFailed:
            let failure = refusal.failure
            self.init(.binaryRejected, detail: failure.detail, remedy: failure.remedy)
        case .uploadUnknown: self.init(ProblemType.uploadUnknown)
        case .planInUse(let state):
            self.init(.planInUse, detail: "The plan is \(state.rawValue).")
        case .planConflict(let existing):
            self.init(
                .planConflict, detail: "The same plan is known as \"\(existing)\".",
                members: ["existing": .string(existing)])
        case .binaryAbsent:
            self.init(
                .planUnknown, detail: "The plan has no binary, or there is no such plan.")
        case .preconditionFailed: self.init(ProblemType.preconditionFailed)
        case .preconditionRequired: self.init(ProblemType.preconditionRequired)
        case .cancelled: self = .draining
        // Without the path: where things lie in quarantine is nobody's business.
        case .system(let error):
            self.init(notWritten: SystemError(error.call, code: error.code))
        }
    }

    /// The upload goes on elsewhere than the client thinks.
    static func mismatchingOffset(_ provided: Int64, at expected: Int64) -> Problem {
        Problem(
            .mismatchingUploadOffset,
            headers: [UploadHeader.offset(expected), UploadHeader.complete(false)],
            members: [
                "expected-offset": .integer(expected), "provided-offset": .integer(provided),
            ])
    }
}

extension BinaryFacts {
    /// The ETag of a binary: its digest, for what changes it.
    var etag: String? { sha256.map { "\"\($0)\"" } }
}

extension BinaryCondition {
    /// If-Match and If-None-Match, whose tags are digests.
    init(_ headers: Headers) {
        let match = headers.list("if-match")
        if match.contains("*") {
            self = .present
        } else if !match.isEmpty {
            self = .sha256(Set(match.map { String($0.dropFirst().dropLast()) }))
        } else {
            self = headers.list("if-none-match").contains("*") ? .absent : .none
        }
    }
}
