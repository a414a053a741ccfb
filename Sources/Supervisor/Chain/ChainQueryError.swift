import StageMessages

/// Why a node has not answered a question.
package enum ChainQueryError: Error, Sendable, Equatable {
    /// There is nobody to ask, or no answer came; a clause.
    case unanswered(String)
    /// The node's own word for it; a clause.
    case refused(String)
    /// What it answered is no such message.
    case malformed
}

extension ChainQueryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unanswered(let reason), .refused(let reason): reason
        case .malformed: "its answer cannot be understood"
        }
    }
}

extension ChainQueryError {
    init(_ error: ProtobufError) {
        self = .malformed
    }

    /// Of a run of `switchyard-stage`.
    init(_ error: StageError) {
        switch error {
        case .failed(let failure): self = .unanswered(failure.detail)
        case .missing:
            self = .unanswered("switchyard-stage, which asks, is not installed beside switchyard")
        case .stopped: self = .unanswered("the question was withdrawn")
        case .full: self = .unanswered("the disk is full")
        case .crashed(let how): self = .unanswered("switchyard-stage failed: \(how)")
        case .system(let error):
            self = .unanswered("switchyard-stage could not be run: \(error)")
        }
    }

    /// Of a gRPC server that answers with another status than 0.
    init(status: Int, words: String) {
        let name = Self.names[status].map { " \($0)" } ?? ""
        self = .refused("it answered with status \(status)\(name): \(words)")
    }

    /// Of statuses that are met; the rest says enough in its own words.
    private static let names = [
        5: "NOT_FOUND", 7: "PERMISSION_DENIED", 12: "UNIMPLEMENTED", 14: "UNAVAILABLE",
        16: "UNAUTHENTICATED",
    ]
}
