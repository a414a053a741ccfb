import Glibc

/// How many descriptors this process may have.
enum DescriptorLimit {
    /// What is left for all but connections.
    static let reserve = 64

    /// RLIMIT_NOFILE as it is now.
    static var current: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
