/// The digests that a plan's info names for this machine: of the archive, or of the executable.
enum PlanDigests {
    /// Of the address for this platform, or of the one for `any`; nil when the info is no such
    /// object, or its address has no checksum that can be understood.
    ///
    /// Wherever the address leads, and even when nothing would be fetched from there: the digest names
    /// the bytes, not the place.
    static func digests(in info: String?) -> ContentDigests? {
        guard case .inline(let binaries)? = info.flatMap(PlanInfo.init) else { return nil }
        do throws(SourceRefusal) {
            let address = try binaries.entry(for: PlanInfo.platform).address
            let checksum = try AddressQuery(address).checksum(SourceRules())
            // An MD5 or SHA-1 is refused by these rules, and a list is not at hand.
            guard case .digests(let digests) = checksum else { return nil }
            return digests
        } catch {
            return nil
        }
    }
}

/// What makes bytes more than bytes: who may place them where they can be run.
struct TrustRule {
    /// What is known of the plan; nil when nothing is.
    let plan: PlanFacts?
    /// An operator sent these very bytes, with their digest.
    let isVouchedFor: Bool

    /// Nil when nothing vouches for the bytes, or when the operator's pin names others.
    func trust(in digests: ContentDigests) -> BinaryFacts.Trust? {
        if let pin = plan?.expectedSHA256, pin != digests.sha256 { return nil }
        if let named = PlanDigests.digests(in: plan?.info), named.fit(digests) {
            return .planChecksum
        }
        return plan?.expectedSHA256 != nil || isVouchedFor ? .pinned : nil
    }

    /// The plan's info names a SHA-512, which has to be known then.
    var needsSHA512: Bool { PlanDigests.digests(in: plan?.info)?.sha512 != nil }
}
