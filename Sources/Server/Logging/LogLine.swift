import Logging

/// One record of the log, before it has a shape.
struct LogLine {
    let moment: WallTime
    let level: Logger.Level
    let message: String
    /// In the order they are shown in.
    let fields: [(key: String, value: String)]
}

extension LogLine {
    /// The line as Cosmovisor writes it: `3:04PM INF message key=value`.
    ///
    /// - Parameter timeFormat: nil for a line without the time.
    func console(timeFormat: TimeFormat?, isColored: Bool) -> String {
        var parts: [String] = []
        if let timeFormat {
            parts.append(Paint.dim.over(moment.formatted(timeFormat.goLayout), isColored))
        }
        parts.append(level.paint.over(level.threeLetters, isColored))
        parts.append(facts(isColored: isColored))
        return parts.joined(separator: " ")
    }

    /// The message and its fields: `message key=value`.
    var facts: String { facts(isColored: false) }

    private func facts(isColored: Bool) -> String {
        let shown = fields.map { key, value in
            Paint.cyan.over(escaped(key) + "=", isColored) + Self.shown(value)
        }
        return ([escaped(message)] + shown).joined(separator: " ")
    }

    /// Bare where its ends are clear without quotes.
    private static func shown(_ value: String) -> String {
        let needsQuotes =
            value.isEmpty || value.utf8.contains { " \"\\=".utf8.contains($0) }
        return needsQuotes ? quoted(value) : escaped(value)
    }
}

/// The colours of a terminal that are used.
private enum Paint: Int {
    case red = 31
    case green = 32
    case yellow = 33
    case blue = 34
    case cyan = 36
    case dim = 90

    func over(_ text: String, _ isColored: Bool) -> String {
        isColored ? "\u{1b}[\(rawValue)m\(text)\u{1b}[0m" : text
    }
}

extension Logger.Level {
    fileprivate var threeLetters: String {
        switch self {
        case .trace: "TRC"
        case .debug: "DBG"
        case .info, .notice: "INF"
        case .warning: "WRN"
        case .error, .critical: "ERR"
        }
    }

    fileprivate var paint: Paint {
        switch self {
        case .trace, .debug: .blue
        case .info, .notice: .green
        case .warning: .yellow
        case .error, .critical: .red
        }
    }
}
