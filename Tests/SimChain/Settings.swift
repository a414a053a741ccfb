/// What this process was told: chain-wide file, per-binary file, environment, flags; later wins.
struct Settings {
    let arguments: Arguments
    let executable: String
    let home: String
    private let chainWide: [String: String]
    private let perBinary: [String: String]

    init(_ arguments: Arguments) {
        self.arguments = arguments
        executable = Files.target("/proc/self/exe")
        home =
            arguments.home ?? environment("SIMCHAIN_HOME") ?? environment("DAEMON_HOME") ?? "."
        chainWide = Self.read("\(home)/config/simchain.conf")
        perBinary = Self.read("\(executable).conf")
    }

    subscript(key: String) -> String? {
        arguments.settings[key] ?? environment("SIMCHAIN_\(key.uppercased())")
            ?? perBinary[key] ?? chainWide[key]
    }

    func isOn(_ key: String) -> Bool {
        ["true", "on", "1", "yes"].contains(self[key])
    }

    /// The base name of the executable.
    var name: String {
        executable.split(separator: "/").last.map(String.init) ?? executable
    }

    /// `<BASENAME>_<key>`, as the SDK's SetEnvPrefix makes it.
    func prefixed(_ key: String) -> String? {
        let prefix = name.uppercased().map { "-.".contains($0) ? "_" : $0 }
        return environment("\(String(prefix))_\(key)")
    }

    /// A misspelt key would silently test nothing.
    func checkKeys() throws(BadSetting) {
        for key in [chainWide.keys, perBinary.keys, arguments.settings.keys].joined()
        where !Behaviour.keys.contains(key) {
            throw BadSetting(key: key, value: nil)
        }
    }

    private static func read(_ path: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in Files.text(path).split(separator: "\n") {
            let line = trimmed(line)
            guard !line.hasPrefix("#") else { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = parts.first, parts.count == 2 else { continue }
            values[String(trimmed(key))] = String(trimmed(parts[1]))
        }
        return values
    }
}

/// A key that is unknown, or whose value can't be read.
struct BadSetting: Error, CustomStringConvertible {
    let key: String
    let value: String?

    var description: String {
        value.map { "bad value for \(key): \($0)" } ?? "unknown setting: \(key)"
    }
}

/// The text without blanks at either end.
func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
}

func trimmed(_ text: String) -> Substring {
    trimmed(text[...])
}
