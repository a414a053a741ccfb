import Supervisor

/// What processes take, looked up at most once a second, however often it is asked for.
final class UsageCache: Sendable {
    private struct Look {
        let usage: ProcessUsage?
        let at: Instant
    }

    private let looks = Locked<[Int32: Look]>([:])
    private static let age = Duration.seconds(1)

    /// Forgets the processes that are not asked for any more.
    func usage(of pid: Int32?, at now: Instant = .now) -> ProcessUsage? {
        guard let pid else { return nil }
        return looks.withLock { looks in
            looks = looks.filter { now - $0.value.at < Self.age }
            if let look = looks[pid] { return look.usage }
            let look = Look(usage: ProcessUsage(pid: pid), at: now)
            looks[pid] = look
            return look.usage
        }
    }
}
