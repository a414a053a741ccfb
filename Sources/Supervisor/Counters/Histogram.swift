/// How long things took, sorted into fixed classes.
package struct Histogram: Sendable, Equatable {
    /// Upper bounds in seconds, each included, ascending.
    package let bounds: [Double]
    /// How many fell into each class; the last is that of all above the highest bound.
    package private(set) var counts: [Int]
    /// Of all that was observed, in seconds.
    package private(set) var sum = 0.0

    package init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    package mutating func observe(_ duration: Duration) {
        let seconds = duration.inSeconds
        counts[bounds.firstIndex { seconds <= $0 } ?? bounds.count] += 1
        sum += seconds
    }
}

extension Duration {
    /// To the precision of a double.
    package var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
