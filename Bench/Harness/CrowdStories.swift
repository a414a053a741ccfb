import Glibc

/// What 64 clients of the API get, and what they cost the node.
struct CrowdMeasurements {
    /// An upgrade while they ask; the floor is the same supervisor that nobody asks.
    var upgrade = Row("plan -> new main(), 64 clients at the API", median: 25, p99: 50)
    private(set) var experiences: [(path: String, seen: Crowd.Experience)] = []

    private static let p99Bar = 5.0
    private static let spreadBar = 10.0

    mutating func run() throws(BenchError) {
        upgrade.floor.add(from: 0, to: try upgradeTime(isAsked: false))
        upgrade.subject.add(from: 0, to: try upgradeTime(isAsked: true))
    }

    /// Nanoseconds.
    private func upgradeTime(isAsked: Bool) throws(BenchError) -> UInt64 {
        let home = try BenchHome()
        _ = try home.start(.switchyard)
        let main = try home.expect("main")
        try home.settles(on: main.pid)
        let crowd = isAsked ? try Crowd(at: home, asking: "/v1/status") : nil
        // They have all been answered some hundred times before the plan comes.
        usleep(isAsked ? 100_000 : 0)
        kill(main.pid, SIGUSR1)
        let plan = try home.expect("plan")
        let next = try home.expect("main")
        guard next.release == 2 else { throw home.missed("release 2") }
        _ = try crowd?.leave()
        try home.stop()
        return next.at - plan.at
    }

    /// Asks for as long as that, on an otherwise idle supervisor.
    mutating func ask(_ path: String, milliseconds: UInt32) throws(BenchError) {
        let home = try BenchHome()
        _ = try home.start(.switchyard)
        try home.settles(on: try home.expect("main").pid)
        let crowd = try Crowd(at: home, asking: path)
        usleep(milliseconds * 1000)
        experiences.append((path, try crowd.leave()))
        try home.stop()
    }

    var misses: [String] {
        upgrade.misses
            + experiences.flatMap { path, seen in
                var misses: [String] = []
                if seen.p99 > Self.p99Bar {
                    misses.append("\(path): p99 \(seen.p99.short) ms, bar \(Self.p99Bar.short) ms")
                }
                if seen.p99 > seen.median * Self.spreadBar {
                    misses.append("\(path): p99 over ten times the median")
                }
                return misses
            }
    }
}
