extension StagingRefusal {
    /// The same as the end of an operation; the API's words.
    package var failure: Operation.Failure {
        switch self {
        case .diskReserve, .quarantineFull:
            Operation.Failure(
                slug: "disk-reserve",
                detail: "After this there would be less space free than is kept for the node.",
                remedy: "Free some space, or delete what is held.")
        case .rejected(let kind):
            Operation.Failure(
                slug: "binary-rejected", detail: kind.objection?.what ?? "It cannot run here.",
                remedy: kind.objection?.remedy ?? "Stage a build for this host.")
        case .planInUse(let state):
            Operation.Failure(
                slug: "plan-in-use", detail: "The plan is \(state.rawValue).",
                remedy: "Choose another plan; an applied one stays as it is.")
        case .planConflict(let existing):
            Operation.Failure(
                slug: "plan-conflict", detail: "The same plan is known as \"\(existing)\".",
                remedy: "Use the name that is known.")
        case .inconsistentLength, .contentMismatch:
            Operation.Failure(
                slug: "content-mismatch", detail: "The file changed while it was read.",
                remedy: "Send the request again once the file is complete.")
        case .tooLarge(let limit):
            Operation.Failure(
                slug: "binary-rejected", detail: "The file has more than \(limit) bytes.",
                remedy: "Stage a smaller one, or raise SWITCHYARD_MAX_UPLOAD.")
        case .digestRefused(let why):
            Operation.Failure(
                slug: "trust-refused", detail: "These are not the bytes that were meant: \(why).",
                remedy: "See which digest is right; pin that with expected_sha256 of the plan.")
        case .trustRefused(let why, let remedy):
            Operation.Failure(
                slug: "trust-refused", detail: "The policy refuses it: \(why).", remedy: remedy)
        case .sourceRefused(let refusal):
            Operation.Failure(
                slug: "source-refused", detail: refusal.reason.asSentence,
                remedy: refusal.remedy)
        case .unpackRefused(let why, let remedy):
            Operation.Failure(slug: "unpack-refused", detail: why.asSentence, remedy: remedy)
        case .fetchFailed(let why, let remedy):
            Operation.Failure(slug: "fetch-failed", detail: why.asSentence, remedy: remedy)
        case .helperFailed(let why):
            Operation.Failure(
                slug: "helper-crashed", detail: why.asSentence,
                remedy: "Install switchyard-stage beside switchyard, of the same version.")
        case .system(let error): .unread("\(SystemError(error.call, code: error.code))")
        case .tooManyUnfinished, .uploadUnknown, .binaryAbsent, .preconditionFailed,
            .preconditionRequired, .cancelled:
            .unread("\(self)")
        }
    }
}

extension Operation.Failure {
    fileprivate static func unread(_ why: String) -> Operation.Failure {
        Operation.Failure(
            slug: "fetch-failed", detail: "The file could not be read or placed: \(why).",
            remedy: "See that the file is readable and cosmovisor/ writable for the supervisor.")
    }
}

extension String {
    /// A clause as a sentence.
    package var asSentence: String {
        let begin = prefix(1).uppercased() + dropFirst()
        return begin.hasSuffix(".") ? begin : begin + "."
    }
}

extension BinaryFacts {
    /// As the history and the API write it.
    package var json: JSONValue {
        .object([
            "state": .string(state.rawValue), "sha256": JSONValue(sha256),
            "size_bytes": JSONValue(size), "files": JSONValue(files.map(Int64.init)),
            "trust": JSONValue(trust?.rawValue), "source": JSONValue(source?.rawValue),
            "staged_at": JSONValue(stagedAt),
        ])
    }

    /// Nil when it is no binary's.
    init?(json: JSONValue) {
        guard let state = json["state"]?.string.flatMap(State.init) else { return nil }
        self.init(
            state: state, sha256: json["sha256"]?.string, size: json["size_bytes"]?.integer,
            files: json["files"]?.integer.map { Int($0) },
            trust: json["trust"]?.string.flatMap { Trust(rawValue: $0) },
            source: json["source"]?.string.flatMap { Source(rawValue: $0) },
            stagedAt: json["staged_at"]?.string.flatMap(Timestamp.date))
    }
}
