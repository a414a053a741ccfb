@testable import Server

extension Configuration {
    /// Of the environment alone.
    init(environment: [String: String]) throws(ConfigurationErrors) {
        try self.init(ConfigurationSources(environment: environment))
    }
}
