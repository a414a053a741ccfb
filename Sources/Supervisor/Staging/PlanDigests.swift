/// The digests that a plan's info names for this machine: of the archive, or of the executable.
enum PlanDigests {
    /// Of the address for this platform, or of the one for `any`; nil when the info is no such
    /// object, or its address has no checksum that can be understood.
    static func digests(in info: String?) -> ContentDigests? {
        info.flatMap(PlanInfo.init)?.address.flatMap(checksum)
    }

    /// The query's `checksum`, in go-getter's forms: `sha256:<hex>`, or the hex alone, whose length
    /// tells which it is.
    private static func checksum(of address: String) -> ContentDigests? {
        guard let mark = address.firstIndex(of: "?") else { return nil }
        let query = address[address.index(after: mark)...].prefix { $0 != "#" }
        let values = query.split(separator: "&").filter { $0.hasPrefix("checksum=") }
        guard values.count == 1, let value = values.first?.dropFirst("checksum=".count) else {
            return nil
        }
        let parts = value.replacing("%3A", with: ":").replacing("%3a", with: ":")
            .split(separator: ":", omittingEmptySubsequences: false).map { $0.lowercased() }
        guard let hex = parts.last, hex.utf8.allSatisfy(isHexDigit) else { return nil }
        switch (parts.count == 2 ? parts[0] : "", hex.utf8.count, parts.count) {
        case ("sha256", 64, 2), ("", 64, 1): return ContentDigests(sha256: hex)
        case ("sha512", 128, 2), ("", 128, 1): return ContentDigests(sha512: hex)
        default: return nil
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool { "0123456789abcdef".utf8.contains(byte) }
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
