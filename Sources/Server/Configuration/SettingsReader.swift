/// Reads variables one after another and collects what is wrong with them.
///
/// One that cannot be used gives its default and a problem, so that reading goes on.
struct SettingsReader {
    let sources: ConfigurationSources
    private(set) var problems: [ConfigurationProblem]

    init(_ sources: ConfigurationSources) {
        self.sources = sources
        problems = sources.file?.problems ?? []
    }

    /// Nil when unset or empty.
    func text(_ variable: Variable) -> String? {
        sources.value(of: variable).flatMap { $0.text.isEmpty ? nil : $0.text }
    }

    /// - Parameter message: where the value was found is added to it.
    mutating func refuse(_ variable: Variable, _ message: String) {
        let place =
            switch sources.value(of: variable)?.origin {
            case .file(let path, let place)?:
                " (\(place.inWords(of: path)))"
            case .flag?: " (from a flag)"
            case .environment?, .default?, nil: ""
            }
        problems.append(ConfigurationProblem(variable: variable, message: message + place))
    }

    /// The name, with the word that Cosmovisor puts before it where it is a variable.
    private func called(_ variable: Variable) -> String {
        guard sources.value(of: variable)?.origin == .environment else {
            return quoted(variable.rawValue)
        }
        return "env variable " + quoted(variable.rawValue)
    }

    mutating func flag(_ variable: Variable, default fallback: Bool) -> Bool {
        guard let text = text(variable) else { return fallback }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default:
            refuse(
                variable,
                "\(called(variable)) must have a boolean value "
                    + "(\"true\" or \"false\"), got \(quoted(text))")
            return fallback
        }
    }

    /// A duration that may be 0.
    mutating func duration(_ variable: Variable, default fallback: Duration) -> Duration {
        guard let duration = parsedDuration(variable) else { return fallback }
        if duration >= .zero { return duration }
        refuseDuration(variable, "must not be negative")
        return fallback
    }

    /// A duration that cannot be 0 when it is set.
    mutating func positiveDuration(_ variable: Variable, default fallback: Duration) -> Duration {
        guard let duration = parsedDuration(variable) else { return fallback }
        if duration > .zero { return duration }
        refuseDuration(variable, "must be greater than 0")
        return fallback
    }

    private mutating func parsedDuration(_ variable: Variable) -> Duration? {
        guard let text = text(variable) else { return nil }
        do {
            return try GoDuration.parse(text)
        } catch {
            refuseDuration(variable, "\(error)")
            return nil
        }
    }

    private mutating func refuseDuration(_ variable: Variable, _ reason: String) {
        refuse(
            variable,
            "invalid: \(variable.rawValue): \(reason), got \(quoted(text(variable) ?? "")); "
                + "allowed is a duration such as 300ms, 10s or 1m30s")
    }

    mutating func count(_ variable: Variable, default fallback: Int) -> Int {
        guard let text = text(variable) else { return fallback }
        guard let count = Int(text) else {
            refuse(
                variable,
                "\(variable.rawValue) could not be parsed to int: got \(quoted(text)), "
                    + "allowed is a whole number such as 3")
            return fallback
        }
        guard count >= 0 else {
            refuse(variable, "\(variable.rawValue) must not be negative, got \(quoted(text))")
            return fallback
        }
        return count
    }

    /// Bytes; nil when unset.
    mutating func size(_ variable: Variable, from least: Int64) -> Int64? {
        guard let text = text(variable) else { return nil }
        if let size = ByteCount.bytes(text), size >= least { return size }
        refuse(
            variable,
            "\(variable.rawValue) must be a size from \(least), got \(quoted(text)); "
                + "allowed is a number of bytes, or one with KiB, MiB, GiB or TiB, such as 512MiB")
        return nil
    }

    /// One of a few words.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ variable: Variable, default fallback: Choice
    ) -> Choice {
        guard let text = text(variable) else { return fallback }
        if let choice = Choice(rawValue: text.lowercased()) { return choice }
        let allowed = Choice.allCases.map(\.rawValue).joined(separator: "|")
        refuse(
            variable,
            "\(called(variable)) must be one of \(allowed), "
                + "got \(quoted(text))")
        return fallback
    }

    /// Items between commas, without the spaces around them.
    mutating func list(_ variable: Variable, default fallback: [String]) -> [String] {
        guard let text = text(variable) else { return fallback }
        let items = text.split(separator: ",").map { $0.trimmingSpaces }.filter { !$0.isEmpty }
        guard !items.isEmpty else {
            refuse(variable, "\(variable.rawValue) must name something, got \(quoted(text))")
            return fallback
        }
        return items
    }

    mutating func absolutePath(_ variable: Variable) -> String? {
        guard let text = text(variable) else { return nil }
        if text.hasPrefix("/") { return text }
        refuse(variable, "\(variable.rawValue) must be an absolute path, got \(quoted(text))")
        return nil
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        var text = drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
