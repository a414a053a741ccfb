/// What a request says about the binary that it means to replace (RFC 9110 section 13).
package enum BinaryCondition: Sendable, Equatable {
    case none
    /// One of these digests must be there.
    case sha256(Set<String>)
    case present
    case absent
    /// Whatever is there may be replaced.
    case anything

    /// - Parameter isSame: What is coming are the bytes that are there.
    package func check(_ binary: BinaryFacts, isSame: Bool) throws(StagingRefusal) {
        switch self {
        case .none:
            guard !binary.isStaged || isSame else { throw .preconditionRequired }
        case .sha256(let digests):
            guard let there = binary.sha256, digests.contains(there) else {
                throw .preconditionFailed
            }
        case .anything: break
        case .present:
            guard binary.state != .absent else { throw .preconditionFailed }
        case .absent:
            guard binary.state == .absent else { throw .preconditionFailed }
        }
    }
}
