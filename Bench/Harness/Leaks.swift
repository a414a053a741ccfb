import Glibc

/// Restarts and upgrades by the thousand, after which the supervisor must be as it was after the
/// first tenth of them.
struct Leaks {
    private let restarts: Int
    private let upgrades: Int

    /// KiB that anonymous memory may have grown by, and resident memory with it.
    ///
    /// The allocator's own ups and downs are a tenth of it; 10,000 restarts that lose 100 bytes each
    /// are more.
    private static let tolerance = 768

    init(scale: Int) {
        restarts = max(100, 10_000 / scale)
        upgrades = max(100, 1_000 / scale)
    }

    /// - Returns: what has grown.
    func look() throws(BenchError) -> [String] {
        try look("\(restarts) restarts", RestartStory(), count: restarts)
            + look("\(upgrades) upgrades", UpgradeStory(), count: upgrades)
    }

    private func look(
        _ name: String, _ story: some LeakStory, count: Int
    ) throws(BenchError) -> [String] {
        let home = try BenchHome()
        home.set(story.manner, true)
        let began = now()
        let program = try home.start(.switchyard, ["SWITCHYARD_DEBUG_BACKOFF": "none"])
        let before = try footprint(after: count / 10, of: story, in: home, program)
        let after = try footprint(after: count - count / 10, of: story, in: home, program)
        let seconds = Double(now() - began) / 1e9
        try home.stop()
        say("\(name) in \(seconds.short) s: \(before) -> \(after)")
        return misses(name, before, after)
    }

    private func misses(_ name: String, _ before: Footprint, _ after: Footprint) -> [String] {
        let checks: [(String, Int, Int, Int)] = [
            ("descriptors", before.descriptors, after.descriptors, 0),
            ("threads", before.threads, after.threads, 0),
            ("anonymous KiB", before.anonymous, after.anonymous, Self.tolerance),
            ("resident KiB", before.resident, after.resident, Self.tolerance),
        ]
        return checks.filter { $0.2 > $0.1 + $0.3 }.map { what, before, after, tolerance in
            "\(name): \(what) \(before) -> \(after), tolerance \(tolerance)"
        }
    }

    /// What the supervisor takes once the daemon has begun this many times more and then stays.
    private func footprint(
        after count: Int, of story: some LeakStory, in home: BenchHome, _ program: Program
    ) throws(BenchError) -> Footprint {
        for _ in 0..<count { try story.follow(try home.expect("main"), in: home) }
        home.set(story.manner, false)
        let daemon = try story.rest(in: home)
        try home.settles(on: daemon.pid)
        let footprint = try steadyFootprint(of: program.pid)
        home.set(story.manner, true)
        kill(daemon.pid, story.push)
        return footprint
    }

    /// Of two looks that agree: what answered the harness's own request is closed a moment later.
    private func steadyFootprint(of pid: pid_t) throws(BenchError) -> Footprint {
        var last = try Footprint(of: pid)
        let isSteady = try eventually { () throws(BenchError) in
            usleep(100_000)
            let next = try Footprint(of: pid)
            defer { last = next }
            return next.descriptors == last.descriptors && next.threads == last.threads
        }
        guard isSteady else { throw .missed("a steady number of descriptors", log: "") }
        return last
    }
}

extension Footprint: CustomStringConvertible {
    var description: String {
        "\(descriptors) descriptors, \(threads) threads, \(Report.mebibytes(anonymous)) MiB "
            + "anonymous, \(Report.mebibytes(resident)) MiB resident"
    }
}
