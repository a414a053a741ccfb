import Glibc
import StageMessages

/// Becomes a program that came from outside, shut in.
struct Probe {
    private let order: ProbeOrder

    init(_ order: ProbeOrder) {
        self.order = order
    }

    /// Returns only if the program could not be started: it takes this process over.
    ///
    /// Its output and its errors both go to standard output, behind the report `.confined`.
    func run() throws(StageFailure) -> StageReport {
        let paths = order.folders + [order.program, order.home ?? "/"]
        guard paths.allSatisfy({ $0.hasPrefix("/") }) else {
            throw StageFailure(.system, "a path of the order is not absolute")
        }
        try replaceStreams()
        try Isolation.enter(.probe(folders: order.folders, home: order.home))
        StageReport.confined.say()
        // Never freed: the memory is the next program's, or this process ends.
        let arguments = ([order.program] + order.arguments).map { strdup($0) } + [nil]
        let environment = order.environment.map { strdup($0) } + [nil]
        execve(order.program, arguments, environment)
        return .failed(StageFailure(.system, "cannot run the program: \(words(for: errno))"))
    }

    /// Nothing to read, and one stream to write to.
    private func replaceStreams() throws(StageFailure) {
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard null >= 0, dup2(null, 0) == 0, dup2(1, 2) == 2 else {
            throw StageFailure(.system, "standard streams: \(words(for: errno))")
        }
    }
}
