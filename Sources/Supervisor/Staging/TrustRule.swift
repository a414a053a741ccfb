/// What is known of bytes that come, besides what they are.
package struct Voucher: Sendable, Equatable {
    /// An operator named the digest of these very bytes.
    package var isOperator: Bool
    /// What a plan says of them whose info lies elsewhere, and is vouched for by its own address.
    var planDigests: ContentDigests?
    /// They come from where the plan says, and the operator lets that in without a digest.
    var isPermitted = false

    package init(isOperator: Bool = false) {
        self.isOperator = isOperator
    }
}

/// What makes bytes more than bytes: who may place them where they can be run.
struct TrustRule {
    /// What is known of the plan; nil when nothing is.
    let plan: PlanFacts?
    var voucher = Voucher()

    private var named: ContentDigests? {
        voucher.planDigests ?? PlanDigests.digests(in: plan?.info)
    }

    func trust(in received: Received) -> BinaryFacts.Trust? {
        trust(in: received.digests, isArchive: received.isArchive)
    }

    /// What vouches for what came; nil when nothing does, or when the operator's pin names others.
    ///
    /// - Parameter isArchive: It is not what will run, so that a pin may be of what is in it.
    func trust(in digests: ContentDigests, isArchive: Bool = false) -> BinaryFacts.Trust? {
        if contradicts(digests, isArchive: isArchive) { return nil }
        if let named, named.fit(digests) { return .planChecksum }
        if let named, named.contradict(digests), voucher.isPermitted { return nil }
        if voucher.isOperator || plan?.expectedSHA256.map({ $0 == digests.sha256 }) == true {
            return .pinned
        }
        return voucher.isPermitted ? BinaryFacts.Trust.none : nil
    }

    /// What a judge is told of what came; a pin is compared where it is known what it may be of.
    func facts(of received: Received) -> TrustFacts {
        TrustFacts(download: received.digests, vouched: trust(in: received))
    }

    /// An operator has pinned other bytes.
    func contradicts(_ digests: ContentDigests, isArchive: Bool) -> Bool {
        guard let pin = plan?.expectedSHA256, !isArchive else { return false }
        return pin != digests.sha256
    }

    /// Why what was unpacked is not what was pinned; a clause.
    func objection(to assembly: Assembly, from download: ContentDigests) -> String? {
        let executable = assembly.executable
        guard let pin = plan?.expectedSHA256, pin != executable.sha256, pin != download.sha256
        else { return nil }
        return "the executable in it should have the SHA-256 \(pin), as was pinned, and has "
            + executable.sha256
    }

    /// The plan's info names a SHA-512, which has to be known then.
    var needsSHA512: Bool { named?.sha512 != nil }
}
