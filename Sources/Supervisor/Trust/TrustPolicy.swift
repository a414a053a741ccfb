/// What must vouch for a binary before it may run.
package enum TrustRequirement: String, Sendable, CaseIterable {
    /// Anything does, and a binary that was put there by hand does itself.
    case any
    /// A digest that the plan or an operator named, or what is stronger.
    case checksum
    /// Enough of the allowed signers, over the release's manifest or over what was downloaded.
    case signature
}

/// The rule of one node.
package struct TrustPolicy: Sendable, Equatable {
    package let requirement: TrustRequirement
    /// Signers that are needed, at least 1.
    package let threshold: Int
    /// Why there are none is kept, so that it can be said where one is needed.
    package let signers: Result<AllowedSigners, AllowedSignersError>?

    /// What every signature for us is made for: `ssh-keygen -Y sign -n switchyard`.
    package static let namespace = "switchyard"

    /// - Precondition: the threshold is at least 1.
    package init(
        _ requirement: TrustRequirement, threshold: Int = 1,
        signers: Result<AllowedSigners, AllowedSignersError>? = nil
    ) {
        precondition(threshold >= 1)
        (self.requirement, self.threshold, self.signers) = (requirement, threshold, signers)
    }

    /// Whether what vouches for the bytes is enough.
    package func accepts(_ trust: BinaryFacts.Trust) -> Bool {
        switch trust {
        case .none, .handPlaced: requirement == .any
        case .planChecksum, .pinned: requirement != .signature
        case .signature, .manifest: true
        }
    }
}
