@testable import Server

/// A config.toml that is taken means the same once `init` has written it anew.
func checkConfigFile(_ bytes: [UInt8]) {
    let named = ["DAEMON_HOME": "/home/node", "DAEMON_NAME": "exampled"]
    guard let file = try? ConfigFile(path: "/c", bytes: bytes),
        let configuration = try? Configuration(
            ConfigurationSources(environment: named, file: file))
    else { return }
    let text = configuration.fileText
    guard let again = try? ConfigFile(path: "/c", bytes: Array(text.utf8)) else {
        fatalError("what is written is no TOML: \(text)")
    }
    expect(again.problems.isEmpty && again.warnings.isEmpty, "\(again.problems) \(again.warnings)")
    guard let reread = try? Configuration(ConfigurationSources(environment: [:], file: again))
    else { fatalError("what is written is refused: \(text)") }
    expect(reread.listing == configuration.listing, "\(text) means something else")
}
