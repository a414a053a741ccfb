import Glibc
import StageMessages

/// A limit of the kernel's on what this process may use, soft and hard.
struct ResourceLimit {
    let name: String
    let number: __rlimit_resource_t
    let value: UInt64

    init(name: String, _ resource: __rlimit_resource, _ value: UInt64) {
        self.name = name
        number = __rlimit_resource_t(resource.rawValue)
        self.value = value
    }

    /// Lowers the limit; one that is lower already stays.
    func set() throws(StageFailure) {
        var limit = rlimit()
        guard getrlimit(number, &limit) == 0 else { throw failure }
        limit.rlim_max = min(limit.rlim_max, rlim_t(value))
        limit.rlim_cur = min(limit.rlim_cur, limit.rlim_max)
        guard setrlimit(number, &limit) == 0 else { throw failure }
    }

    private var failure: StageFailure { StageFailure(.system, "\(name): \(words(for: errno))") }
}
