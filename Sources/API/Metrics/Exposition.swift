import Supervisor

/// The two texts that Prometheus and its kin read.
enum Exposition: Sendable, CaseIterable {
    /// Prometheus' own, version 0.0.4.
    case text
    /// OpenMetrics 1.0.
    case openMetrics

    /// Anything else that is asked for is answered with the older one, never with 406.
    init(for accept: Accept) {
        let best = accept.best(of: Self.allCases.map(\.offeredType))
        self = Self.allCases.first { $0.offeredType == best } ?? .text
    }

    private var offeredType: OfferedType {
        switch self {
        case .text: OfferedType("text/plain", ["version": "0.0.4"])
        case .openMetrics: OfferedType("application/openmetrics-text", ["version": "1.0.0"])
        }
    }

    var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    func render(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.isEmpty { append(family, to: &text) }
        if self == .openMetrics { text += "# EOF\n" }
        return text
    }
}

// MARK: - Families

extension Exposition {
    private func append(_ family: MetricFamily, to text: inout String) {
        let name = declaredName(of: family)
        text += "# HELP \(name) \(escapedHelp(family.help))\n"
        text += "# TYPE \(name) \(family.content.word)\n"
        if self == .openMetrics, let unit = Self.unit(of: name) {
            text += "# UNIT \(name) \(unit)\n"
        }
        switch family.content {
        case .gauge(let samples), .counter(let samples):
            for sample in samples {
                line(family.name, sample.labels.map { ($0, $1) }, sample.value, to: &text)
            }
        case .histogram(let histograms):
            for (labels, histogram) in histograms {
                append(histogram, named: name, labels.map { ($0, $1) }, to: &text)
            }
        }
    }

    /// OpenMetrics names a counter's family without the suffix of its samples.
    private func declaredName(of family: MetricFamily) -> String {
        guard self == .openMetrics, case .counter = family.content else { return family.name }
        return String(family.name.dropLast("_total".count))
    }

    private static func unit(of name: String) -> String? {
        ["seconds", "bytes"].first { name.hasSuffix("_" + $0) }
    }

    private func append(
        _ histogram: Histogram, named name: String, _ labels: [(String, String)],
        to text: inout String
    ) {
        var count = 0
        for (bound, more) in zip(histogram.bounds + [.infinity], histogram.counts) {
            count += more
            line(
                name + "_bucket", labels + [("le", self.bound(bound))], Double(count), to: &text)
        }
        line(name + "_sum", labels, histogram.sum, to: &text)
        line(name + "_count", labels, Double(count), to: &text)
    }

    /// OpenMetrics wants a point in every bound; the older text has none in whole numbers.
    private func bound(_ value: Double) -> String {
        self == .openMetrics && value.isFinite ? "\(value)" : number(value)
    }
}

// MARK: - Lines

extension Exposition {
    private func line(
        _ name: String, _ labels: [(String, String)], _ value: Double, to text: inout String
    ) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0)=\"\(escapedLabel($1))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " " + number(value) + "\n"
    }

    private func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf" }
        // Up to here every whole number has a double of its own.
        guard value == value.rounded(), abs(value) < 9e15 else { return "\(value)" }
        return String(Int64(value))
    }

    private func escapedLabel(_ value: String) -> String {
        escaped(value, [#"\"#, "\n", "\""])
    }

    private func escapedHelp(_ value: String) -> String {
        escaped(value, self == .openMetrics ? [#"\"#, "\n", "\""] : [#"\"#, "\n"])
    }

    private func escaped(_ value: String, _ special: Set<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            if special.contains(scalar) { text.append(#"\"#) }
            text.append(scalar == "\n" && special.contains(scalar) ? "n" : scalar)
        }
        return String(text)
    }
}

extension MetricFamily.Content {
    fileprivate var word: String {
        switch self {
        case .gauge: "gauge"
        case .counter: "counter"
        case .histogram: "histogram"
        }
    }
}
