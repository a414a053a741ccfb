/// The command line: one command, flags as cobra and pflag read them, and what is left over.
struct Arguments {
    private(set) var command: String?
    private(set) var home: String?
    private(set) var haltHeight: String?
    private(set) var skips: [String] = []
    /// Values of `--sim-<key>=value`, by key.
    private(set) var settings: [String: String] = [:]
    let all: [String]

    /// Flags whose value may be the next word.
    private static let valued: Set = ["home", "halt-height", "unsafe-skip-upgrades", "output"]

    init(_ words: [String]) {
        all = words
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-") else {
                // A second positional is passed over, as `40` in `--unsafe-skip-upgrades 20 40`.
                command = command ?? word
                continue
            }
            let parts = word.drop { $0 == "-" }.split(separator: "=", maxSplits: 1)
            guard let first = parts.first else { continue }
            let name = String(first)
            if parts.count == 2 {
                take(name, String(parts[1]))
            } else if Self.valued.contains(name), let value = rest.popFirst() {
                take(name, value)
            }
        }
    }

    func has(_ flag: String) -> Bool {
        all.contains { $0 == "--\(flag)" || $0.hasPrefix("--\(flag)=") }
    }

    private mutating func take(_ name: String, _ value: String) {
        switch name {
        case "home": home = value
        case "halt-height": haltHeight = value
        case "unsafe-skip-upgrades": skips.append(value)
        default:
            guard name.hasPrefix("sim-") else { return }
            let key = name.dropFirst(4).map { $0 == "-" ? "_" : $0 }
            settings[String(key)] = value
        }
    }
}
