extension Variable {
    /// Variables that nobody reads and that look like ours misspelled; one sentence each.
    ///
    /// Every unknown SWITCHYARD_ name is reported. The other prefixes are not ours alone, so there
    /// only a name that nearly is one of these counts.
    static func suspicions(in environment: [String: String]) -> [String] {
        environment.keys.sorted().compactMap { name in
            guard Variable(rawValue: name) == nil, hasKnownPrefix(name),
                !DebugSwitches.isOne(name)
            else { return nil }
            let near = allCases.map { ($0, distance(name, $0.rawValue)) }
                .filter { $0.1 <= 3 }
                .min { $0.1 < $1.1 }
            if let near {
                return "\(escaped(name)) is not known and ignored; did you mean \(near.0.rawValue)?"
            }
            guard name.hasPrefix("SWITCHYARD_") else { return nil }
            return "\(escaped(name)) is not known and ignored"
        }
    }

    private static func hasKnownPrefix(_ name: String) -> Bool {
        ["SWITCHYARD_", "DAEMON_", "COSMOVISOR_", "UNSAFE_"].contains { name.hasPrefix($0) }
    }

    /// Levenshtein's: how many letters must be added, dropped or replaced.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (line, letter) in left.utf8.prefix(64).enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
