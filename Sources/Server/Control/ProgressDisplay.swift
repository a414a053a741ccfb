import Glibc
import Supervisor

/// How far an operation is, on standard error: one line that is rewritten on a terminal; elsewhere a
/// line when it begins.
struct ProgressDisplay {
    let plan: String
    /// Somebody watches.
    let isLive = isatty(Output.errors.rawValue) == 1
    private var last: (done: Int64, at: Instant)?
    private var hasBegun: Bool

    /// - Parameter hasBegun: that it goes on was told already.
    init(plan: String, hasBegun: Bool = false) {
        self.plan = plan
        self.hasBegun = hasBegun
    }

    /// Begins a line anew where one is rewritten.
    static var fresh: String {
        isatty(Output.errors.rawValue) == 1 ? "\r\u{1b}[K" : ""
    }

    mutating func show(_ operation: OperationView, at now: Instant) {
        guard operation.isRunning else { return }
        guard isLive else {
            if !hasBegun {
                Output.errors.line("\(escaped(plan)): operation \(escaped(operation.id)) began")
            }
            hasBegun = true
            return
        }
        Output.errors.text(Self.fresh + line(operation, at: now))
        hasBegun = true
    }

    /// Leaves the line free for what comes next.
    func end() {
        if isLive, hasBegun { Output.errors.text(Self.fresh) }
    }

    /// As in `v3: 41 of 98 MiB (12 MiB/s)`.
    mutating func line(_ operation: OperationView, at now: Instant) -> String {
        let name = escaped(plan)
        guard let progress = operation.progress, progress.unit == "bytes" else {
            return "\(name): \(escaped(operation.step ?? operation.state))"
        }
        let rate = last.flatMap { Self.rate(from: $0, to: (progress.done, now)) }
        last = (progress.done, now)
        let total = progress.total.map { " of " + Self.mebibytes($0) } ?? ""
        let speed = rate.map { " (\(Self.mebibytes($0)) MiB/s)" } ?? ""
        return "\(name): \(Self.mebibytes(progress.done))\(total) MiB\(speed)"
    }

    private static func rate(
        from earlier: (done: Int64, at: Instant), to later: (done: Int64, at: Instant)
    ) -> Int64? {
        let seconds = (later.at - earlier.at) / .seconds(1)
        let (bytes, overflow) = later.done.subtractingReportingOverflow(earlier.done)
        guard !overflow, bytes >= 0, seconds > 0 else { return nil }
        return Int64(exactly: (Double(bytes) / seconds).rounded())
    }

    /// With a decimal below ten, where a whole number would say little.
    private static func mebibytes(_ bytes: Int64) -> String {
        let tenths = bytes / 104_857
        return tenths < 100 ? "\(tenths / 10).\(abs(tenths % 10))" : "\(bytes / 1_048_576)"
    }
}
