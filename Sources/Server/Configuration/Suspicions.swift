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
            if let near = nearest(to: name) {
                return "\(escaped(name)) is not known and ignored; did you mean \(near.rawValue)?"
            }
            guard name.hasPrefix("SWITCHYARD_") else { return nil }
            return "\(escaped(name)) is not known and ignored"
        }
    }

    /// What was probably meant; nil when the name is like none of these.
    static func nearest(to name: String) -> Variable? {
        let word = name.utf8.drop { $0 != UInt8(ascii: "_") }.dropFirst()
        // In a short word three letters are the half of it.
        let most = min(3, max(1, word.count / 2))
        return allCases.map { ($0, distance(name, $0.rawValue)) }
            .filter { $0.1 <= most }
            .min { $0.1 < $1.1 }?.0
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
