import Glibc

/// What a supervisor takes while its daemon just runs.
struct Idle {
    let seconds: Double
    let subject: Usage
    let floor: Usage

    struct Usage {
        let after: Footprint
        /// Nanoseconds.
        let processorTime: UInt64
        let switches: Int

        init(before: Footprint, after: Footprint) {
            self.after = after
            processorTime = after.processorTime - before.processorTime
            switches = after.switches - before.switches
        }
    }

    static let residentBar = 20.0
    static let percentBar = 0.05

    /// Watches both at once for the given time, which is itself what is measured.
    init(seconds: Int) throws(BenchError) {
        let (home, floorHome) = (try BenchHome(), try BenchHome())
        let program = try home.start(.switchyard)
        let floorProgram = try floorHome.start(.floor)
        try home.settles(on: try home.expect("main").pid)
        _ = try floorHome.expect("main")
        let began = now()
        let before = try Footprint(of: program.pid)
        let floorBefore = try Footprint(of: floorProgram.pid)
        while now() < began + .seconds(seconds) { usleep(100_000) }
        subject = Usage(before: before, after: try Footprint(of: program.pid))
        floor = Usage(before: floorBefore, after: try Footprint(of: floorProgram.pid))
        self.seconds = Double(now() - began) / 1e9
        try home.stop()
        try floorHome.stop()
    }

    func percent(_ usage: Usage) -> Double {
        Double(usage.processorTime) / 1e9 / seconds * 100
    }

    var resident: Double { Double(subject.after.resident) / 1024 }

    var misses: [String] {
        var misses: [String] = []
        if resident > Self.residentBar {
            misses.append("idle: \(resident.short) MiB resident, bar \(Self.residentBar.short)")
        }
        if percent(subject) > Self.percentBar {
            misses.append("idle: \(percent(subject).short) % CPU, bar \(Self.percentBar.short)")
        }
        return misses
    }
}
