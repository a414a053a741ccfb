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
