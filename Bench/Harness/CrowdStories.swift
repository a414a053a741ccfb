import Glibc

/// What 64 clients of the API get, and what they cost the node.
struct CrowdMeasurements {
    /// An upgrade while they ask; the floor is one while they ask another supervisor, which takes as
    /// much of the machine: what differs is what asking this one costs its node.
    var upgrade = Row("plan -> new main(), 64 clients at the API", median: 25, p99: 50)
    private(set) var experiences: [(path: String, seen: Crowd.Experience)] = []

    private static let p99Bar = 5.0
    private static let spreadBar = 10.0

    mutating func run() throws(BenchError) {
        upgrade.floor.add(from: 0, to: try upgradeTime(isAsked: false))
        upgrade.subject.add(from: 0, to: try upgradeTime(isAsked: true))
    }

    /// Nanoseconds.
    ///
    /// - Parameter isAsked: the clients ask the supervisor that upgrades, not the other.
    private func upgradeTime(isAsked: Bool) throws(BenchError) -> UInt64 {
        let (home, other) = (try BenchHome(), try BenchHome())
        _ = try home.start(.switchyard)
        _ = try other.start(.switchyard)
        let main = try home.expect("main")
        try home.settles(on: main.pid)
        try other.settles(on: try other.expect("main").pid)
        let crowd = try Crowd(at: isAsked ? home : other, asking: "/v1/status")
        // They have all been answered some hundred times before the plan comes.
        usleep(100_000)
        kill(main.pid, SIGUSR1)
        let plan = try home.expect("plan")
        let next = try home.expect("main")
        guard next.release == 2 else { throw home.missed("release 2") }
        _ = try crowd.leave()
        try home.stop()
        try other.stop()
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
