/// The folder that a plan's binary goes to, and what is there.
package struct StagingTarget: Sendable {
    let name: PlanName
    let release: Release
    /// Nil when nothing tells of the plan yet.
    package let plan: PlanFacts?
    package let binary: BinaryFacts
    /// Of the bytes that the binary was staged from; nil for one that we did not place.
    package let placed: ContentDigests?
    /// Of the bytes that are held.
    package let held: ContentDigests?
    let isCurrent: Bool
    /// Something that may vouch for the binary is over its SHA-512.
    package let needsSHA512: Bool

    /// - Throws: `.planInUse`.
    package func requireFree() throws(StagingRefusal) {
        if let plan, !plan.state.isOpen { throw .planInUse(plan.state) }
        if isCurrent { throw .planInUse(.applied) }
    }

    /// What is staged came as these bytes.
    func isMade(of digests: ContentDigests) -> Bool {
        placed?.fit(digests) ?? (binary.sha256 == digests.sha256)
    }
}

/// What became of a binary that was sent.
package struct StagedAnswer: Sendable {
    package let binary: BinaryFacts
    /// There was none before.
    package let isNew: Bool

    package init(binary: BinaryFacts, isNew: Bool) {
        self.binary = binary
        self.isNew = isNew
    }
}
