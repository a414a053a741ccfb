import Glibc

/// Why a binary was not taken.
package enum StagingRefusal: Error, Sendable, Equatable {
    /// There would be less space free than is kept for the node.
    case diskReserve
    /// Everything in quarantine together has reached its limit.
    case quarantineFull
    /// The originator has too many unfinished uploads.
    case tooManyUnfinished
    case tooLarge(limit: Int64)
    /// More came than was said, or another length than before.
    case inconsistentLength
    case rejected(BinaryKind)
    /// The bytes do not have the digest that was sent.
    case contentMismatch
    /// They do not have the digest that is named for them; a clause that says both.
    case digestRefused(String)
    /// The policy does not take them; a clause, and what helps.
    case trustRefused(String, remedy: String)
    /// What names the bytes leads to none.
    case sourceRefused(SourceRefusal)
    /// Nothing of an archive can be taken; a clause, and what helps.
    case unpackRefused(String, remedy: String)
    /// They could not be had; a clause, and what helps.
    case fetchFailed(String, remedy: String)
    /// `switchyard-stage` is not there, or ended otherwise than it should; a clause.
    case helperFailed(String)
    case uploadUnknown
    case planInUse(PlanState)
    /// The name as it is known.
    case planConflict(existing: String)
    case binaryAbsent
    /// Something else is there than what was to be replaced.
    case preconditionFailed
    /// Something is there, and nothing was said of replacing it.
    case preconditionRequired
    /// It was given up before its end.
    case cancelled
    case system(SystemError)

    init(_ error: SystemError) {
        switch error.code {
        case ENOSPC, EDQUOT: self = .diskReserve
        case ECANCELED: self = .cancelled
        default: self = .system(error)
        }
    }
}
