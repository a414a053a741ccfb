/// Durations of one row, in milliseconds.
struct Samples {
    private var values: [Double] = []

    var count: Int { values.count }

    mutating func add(from start: UInt64, to end: UInt64) {
        values.append((Double(end) - Double(start)) / 1_000_000)
    }

    var median: Double { quantile(0.5) }
    /// By nearest rank: of 100 values the second largest.
    var p99: Double { quantile(0.99) }
    var largest: Double { values.max() ?? .nan }

    private func quantile(_ share: Double) -> Double {
        guard !values.isEmpty else { return .nan }
        let rank = Int((share * Double(values.count)).rounded(.up))
        return values.sorted()[max(0, rank - 1)]
    }
}

/// One line of the table: what was measured, beside its floor, and what it must not exceed.
struct Row {
    let name: String
    var subject = Samples()
    var floor = Samples()
    let median: Double
    let p99: Double?

    init(_ name: String, median: Double, p99: Double? = nil) {
        self.name = name
        self.median = median
        self.p99 = p99
    }

    /// Each bar that was missed; a row without samples misses its bar.
    var misses: [String] {
        var misses: [String] = []
        if !(subject.median <= median) {
            misses.append("\(name): median \(subject.median.short) ms, bar \(median.short) ms")
        }
        if let p99, !(subject.p99 <= p99) {
            misses.append("\(name): p99 \(subject.p99.short) ms, bar \(p99.short) ms")
        }
        return misses
    }
}
