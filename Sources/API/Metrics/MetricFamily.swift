import FoundationEssentials
import Supervisor

/// All samples of one name, and what they mean.
struct MetricFamily: Sendable {
    /// As in text 0.0.4: that of a counter ends in `_total`.
    let name: String
    let help: String
    let content: Content

    enum Content: Sendable {
        case gauge([MetricSample])
        case counter([MetricSample])
        case histogram([(labels: MetricLabels, histogram: Histogram)])
    }

    /// Nothing is known of it at the moment.
    var isEmpty: Bool {
        switch content {
        case .gauge(let samples), .counter(let samples): samples.isEmpty
        case .histogram(let histograms): histograms.isEmpty
        }
    }
}

/// Names and values, in the order they are shown.
typealias MetricLabels = KeyValuePairs<String, String>

/// One number, told from its siblings by its labels.
struct MetricSample: Sendable {
    let labels: MetricLabels
    let value: Double

    init(_ value: Double, _ labels: MetricLabels = [:]) {
        self.value = value
        self.labels = labels
    }

    init(_ value: some BinaryInteger, _ labels: MetricLabels = [:]) {
        self.init(Double(value), labels)
    }

    init(_ value: Bool, _ labels: MetricLabels = [:]) {
        self.init(value ? 1 : 0, labels)
    }

    /// Seconds since the epoch, to the millisecond.
    init(_ date: Date, _ labels: MetricLabels = [:]) {
        self.init((date.timeIntervalSince1970 * 1000).rounded() / 1000, labels)
    }
}

// MARK: - Making them

extension MetricFamily {
    static func gauge(_ name: String, _ help: String, _ samples: [MetricSample]) -> Self {
        MetricFamily(name: name, help: help, content: .gauge(samples))
    }

    /// Left out when the number is not known.
    static func gauge(_ name: String, _ help: String, _ sample: MetricSample?) -> Self {
        gauge(name, help, [sample].compactMap(\.self))
    }

    static func counter(_ name: String, _ help: String, _ samples: [MetricSample]) -> Self {
        MetricFamily(name: name, help: help, content: .counter(samples))
    }

    /// Left out when the number is not known.
    static func counter(_ name: String, _ help: String, _ sample: MetricSample?) -> Self {
        counter(name, help, [sample].compactMap(\.self))
    }

    /// One sample for each case, 1 for the present one.
    static func states<State: RawRepresentable<String> & CaseIterable & Equatable>(
        _ name: String, _ help: String, _ label: String, _ present: State?
    ) -> Self {
        gauge(
            name, help,
            State.allCases.map { MetricSample($0 == present, [label: $0.rawValue]) })
    }

    static func counts<Case: RawRepresentable<String> & CaseIterable & Hashable & Sendable>(
        _ name: String, _ help: String, _ label: String, _ tally: Tally<Case>
    ) -> Self {
        counter(
            name, help, Case.allCases.map { MetricSample(tally[$0], [label: $0.rawValue]) })
    }

    static func levels<Case: RawRepresentable<String> & CaseIterable & Hashable & Sendable>(
        _ name: String, _ help: String, _ label: String, _ tally: Tally<Case>
    ) -> Self {
        gauge(name, help, Case.allCases.map { MetricSample(tally[$0], [label: $0.rawValue]) })
    }
}
