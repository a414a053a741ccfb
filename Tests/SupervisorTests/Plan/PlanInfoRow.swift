@testable import Supervisor

/// A decision as docs/plans.md has it: what, and why.
struct PlanInfoRow: Equatable, CustomStringConvertible {
    let decision: String
    let why: String

    init(_ decision: SourceDecision) {
        switch decision {
        case .fetch(let address, let key, let remarks):
            self.decision = "fetch \(key)"
            let digest = Self.words(address.checksum)
            why = (["\(address.fileName), \(digest)"] + remarks).joined(separator: "; ")
        case .fetchInfo(let address):
            self.decision = "fetch the info"
            why = "\(address.fileName), \(Self.words(address.checksum))"
        case .refused(let refusal):
            self.decision = "refused: \(refusal.kind.rawValue)"
            why = refusal.reason
        }
    }

    var description: String { "| \(decision) | \(why) |" }

    private static func words(_ checksum: Checksum) -> String {
        switch checksum {
        case .none: "unchecked"
        case .digests(let digests): digests.sha256 == nil ? "SHA-512" : "SHA-256"
        case .weak(let digest): digest.algorithm.rawValue
        case .list: "a list of checksums"
        }
    }
}
