import Supervisor

extension Configuration {
    /// Every effective value as Cosmovisor's `config` prints it, to the letter, then ours.
    var listing: String { listing { _ in "" } }

    /// The same, with where each value comes from behind it.
    var listingWithOrigins: String {
        let file = configFile.map(quoted) ?? "none"
        return listing { " (\(origin(of: $0).description))" } + "\nConfig File: " + file
    }

    private func listing(_ note: (Variable) -> String) -> String {
        let line = { (variable: Variable, value: String?) in
            "  \(variable.rawValue): " + escaped(shown(variable, value)) + note(variable)
        }
        let lines =
            ["Configurable Values:"] + cosmovisorValues.map(line)
            + ["Derived Values:"] + derivedValues.map(derivedLine)
            + ["Switchyard Values:"] + ownValues.map(line)
        return lines.joined(separator: "\n")
    }

    private func shown(_ variable: Variable, _ value: String?) -> String {
        // The one value that Cosmovisor shows otherwise than it takes it.
        (variable == .timeFormat ? log.timeFormat?.goLayout : value) ?? ""
    }

    private var derivedValues: [(String, String)] {
        [
            ("Root Dir", home.root),
            ("Upgrade Dir", home.upgrades),
            ("Genesis Bin", home.genesis.binary),
            ("Monitored File", home.planFile),
            ("Data Backup Dir", backupDirectory),
        ]
    }

    private func derivedLine(_ label: String, _ value: String) -> String {
        String(repeating: " ", count: 17 - label.count) + label + ": " + escaped(value)
    }
}
