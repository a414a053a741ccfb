import Glibc

@main struct Main {
    static func main() {
        do throws(BenchError) {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            if options.isRealTime { try becomeRealTime() }
            let misses =
                switch options.task {
                case .bench: try bench(options)
                case .transfers: try transfers(options, rounds: options.runs)
                case .leaks: try Leaks(scale: options.scale).look()
                }
            for miss in misses { say("MISSED  \(miss)") }
            exit(misses.isEmpty ? 0 : 1)
        } catch {
            say("Error: \(error)")
            exit(2)
        }
    }

    /// - Returns: the bars that were missed.
    private static func bench(_ options: Options) throws(BenchError) -> [String] {
        say(Report.machine(options) + ", \(options.runs) runs\n")
        var measurements = Measurements()
        for run in 0..<options.runs { try measurements.run(renamingPlan: run % 2 == 1) }
        say(Report.latencies(measurements) + "\n")
        var crowd = CrowdMeasurements()
        for _ in 0..<options.runs { try crowd.run() }
        for path in ["/v1/status", "/metrics"] { try crowd.ask(path, milliseconds: 2000) }
        say(Report.crowd(crowd) + "\n")
        let missesOfTransfers = try transfers(options, rounds: max(3, options.runs / 10))
        let idle = try Idle(seconds: options.idle)
        say(Report.idle(idle) + "\n\nload at the end \(Report.load)")
        return measurements.rows.flatMap(\.misses) + measurements.failures
            + crowd.misses + missesOfTransfers + idle.misses
    }

    private static func transfers(
        _ options: Options, rounds: Int
    ) throws(BenchError) -> [String] {
        let transfers = try Transfers(rounds: rounds)
        say(Report.transfers(transfers) + "\n")
        return transfers.misses
    }

    /// Of the first step of the real-time classes; inherited by everything that is started.
    private static func becomeRealTime() throws(BenchError) {
        var parameters = sched_param(sched_priority: 1)
        guard sched_setscheduler(0, SCHED_RR, &parameters) == 0 else {
            throw .system("sched_setscheduler, which wants root", errno)
        }
    }
}

extension Measurements {
    fileprivate var failures: [String] {
        upgraded == runs ? [] : ["exits by itself: \(upgraded) of \(runs) upgraded, bar all"]
    }
}
