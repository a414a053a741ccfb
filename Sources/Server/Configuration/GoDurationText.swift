extension Duration {
    /// The duration as Go's `Duration.String` prints it: `300ms`, `0s`, `1m30s`, `1h0m0s`.
    var goText: String {
        let (seconds, attoseconds) = components
        let nanoseconds = attoseconds / 1_000_000_000
        if seconds == 0 { return Self.shortText(nanoseconds) }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        var text = hours > 0 ? "\(hours)h\(minutes)m" : minutes > 0 ? "\(minutes)m" : ""
        text += "\(seconds % 60)\(Self.decimals(nanoseconds, digits: 9))s"
        return text
    }

    /// Less than a second, in the largest unit that leaves a whole part.
    private static func shortText(_ nanoseconds: Int64) -> String {
        switch nanoseconds {
        case 0: "0s"
        case ..<1000: "\(nanoseconds)ns"
        case ..<1_000_000: "\(nanoseconds / 1000)\(decimals(nanoseconds % 1000, digits: 3))µs"
        default: "\(nanoseconds / 1_000_000)\(decimals(nanoseconds % 1_000_000, digits: 6))ms"
        }
    }

    /// `.5`, without trailing zeros; nothing when the fraction is 0.
    private static func decimals(_ value: Int64, digits: Int) -> String {
        guard value > 0 else { return "" }
        var text = String(value)
        text = "." + String(repeating: "0", count: digits - text.count) + text
        while text.hasSuffix("0") { text.removeLast() }
        return text
    }
}
