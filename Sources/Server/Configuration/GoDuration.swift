/// Durations in Go's syntax, as every Cosmovisor variable writes them: `1h2m3.5s`, `300ms`.
enum GoDuration {
    /// Reads what Go's `time.ParseDuration` reads: 64 bits of nanoseconds, signed.
    static func parse(_ text: String) throws(GoDurationError) -> Duration {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        if rest == "0" { return .zero }
        guard !rest.isEmpty else { throw .invalid }
        var total: Int64 = 0
        while !rest.isEmpty {
            let part = try takePart(&rest)
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow else { throw .invalid }
            total = sum
        }
        return .nanoseconds(isNegative ? -total : total)
    }

    /// One number with its unit, in nanoseconds.
    private static func takePart(_ rest: inout Substring) throws(GoDurationError) -> Int64 {
        let whole = takeDigits(&rest)
        var fraction: Substring = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = takeDigits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { throw .invalid }
        let name = rest.prefix { $0 != "." && !isDigit($0) }
        guard !name.isEmpty else { throw .missingUnit }
        guard let unit = nanoseconds(of: name) else { throw .unknownUnit(String(name)) }
        rest.removeFirst(name.count)
        guard let count = whole.isEmpty ? 0 : Int64(whole) else { throw .invalid }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow else { throw .invalid }
        let share = Int64(((Double("0." + fraction + "0") ?? 0) * Double(unit)).rounded())
        let (sum, tooLong) = product.addingReportingOverflow(share)
        guard !tooLong else { throw .invalid }
        return sum
    }

    private static func takeDigits(_ rest: inout Substring) -> Substring {
        let digits = rest.prefix(while: isDigit)
        rest.removeFirst(digits.count)
        return digits
    }

    private static func isDigit(_ character: Character) -> Bool {
        ("0"..."9").contains(character)
    }

    private static func nanoseconds(of unit: Substring) -> Int64? {
        switch unit {
        case "ns": 1
        // The micro sign and the Greek letter are two characters that look the same.
        case "us", "\u{b5}s", "\u{3bc}s": 1000
        case "ms": 1_000_000
        case "s": 1_000_000_000
        case "m": 60_000_000_000
        case "h": 3_600_000_000_000
        default: nil
        }
    }
}

/// Why a text is no duration, in Go's words.
enum GoDurationError: Error, Equatable, CustomStringConvertible {
    case invalid
    case missingUnit
    case unknownUnit(String)

    var description: String {
        switch self {
        case .invalid: "invalid duration"
        case .missingUnit: "missing unit in duration"
        case .unknownUnit(let unit): "unknown unit \(quoted(unit)) in duration"
        }
    }
}
