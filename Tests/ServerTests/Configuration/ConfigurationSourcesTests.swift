import Testing

@testable import Server

/// Flags before the environment, the environment before the file, the file before the default.
struct ConfigurationSourcesTests {
    private static let required = ["DAEMON_HOME": "/home/node", "DAEMON_NAME": "dummyd"]

    private func read(
        flags: [Variable: String] = [:], _ environment: [String: String], _ text: String
    ) throws -> Configuration {
        try Configuration(
            ConfigurationSources(
                flags: flags, environment: environment,
                file: try ConfigFile(path: "/c.toml", bytes: Array(text.utf8))))
    }

    @Test func `a partial file leaves the defaults to the rest`() throws {
        let configuration = try read(Self.required, "daemon_preupgrade_max_retries = 2")
        let plain = try Configuration(environment: Self.required)
        #expect(configuration.preUpgradeRetries == 2)
        #expect(configuration.restartsAfterUpgrade && configuration.log.isColored)
        #expect(configuration.log.timeFormat == .kitchen)
        #expect(configuration.pollInterval == plain.pollInterval)
        #expect(configuration.backupDirectory == "/home/node")
    }

    @Test func `the file can name the node by itself`() throws {
        let configuration = try read([:], "daemon_home = '/data/node'\ndaemon_name = 'simd'")
        #expect(configuration.home.root == "/data/node/cosmovisor")
        #expect(configuration.home.daemonName == "simd")
    }

    @Test func `the environment wins over the file, with and without the key in it`() throws {
        let text = "daemon_shutdown_grace = '5s'\nunsafe_skip_backup = true"
        let more = ["DAEMON_SHUTDOWN_GRACE": "7s", "DAEMON_POLL_INTERVAL": "1s"]
        let configuration = try read(Self.required.merging(more) { $1 }, text)
        #expect(configuration.grace == .seconds(7) && configuration.pollInterval == .seconds(1))
        #expect(configuration.skipsBackup)
        #expect(configuration.origin(of: .grace) == .environment)
        #expect(
            configuration.origin(of: .skipBackup)
                == .file(path: "/c.toml", place: TextPlace(line: 2, column: 1)))
        #expect(configuration.origin(of: .restart) == .default)
    }

    @Test func `an empty variable leaves it to the file, an empty key to the default`() throws {
        let empty = Self.required.merging(["DAEMON_SHUTDOWN_GRACE": ""]) { $1 }
        #expect(try read(empty, "daemon_shutdown_grace = '5s'").grace == .seconds(5))
        #expect(try read(empty, "daemon_shutdown_grace = ''").grace == .seconds(30))
    }

    @Test func `an empty time format is no time wherever it is set`() throws {
        let empty = Self.required.merging(["COSMOVISOR_TIMEFORMAT_LOGS": ""]) { $1 }
        let file = "cosmovisor_timeformat_logs = 'rfc3339'"
        #expect(try read(empty, file).log.timeFormat == nil)
        #expect(try read(Self.required, file).log.timeFormat == .rfc3339)
        #expect(try read(Self.required, "cosmovisor_timeformat_logs = ''").log.timeFormat == nil)
    }

    @Test func `a flag wins over all`() throws {
        let environment = Self.required.merging(["SWITCHYARD_LOG_FORMAT": "console"]) { $1 }
        let configuration = try read(
            flags: [.logFormat: "json"], environment, "switchyard_log_format = 'console'")
        #expect(configuration.log.format == .json)
        #expect(configuration.origin(of: .logFormat) == .flag)
        let errors = #expect(throws: ConfigurationErrors.self) {
            try read(flags: [.logFormat: "xml"], environment, "")
        }
        #expect(try #require(errors).description.hasSuffix("got \"xml\" (from a flag)"))
    }

    @Test func `what is wrong in the file and in the environment is told at once`() throws {
        let environment = Self.required.merging(["DAEMON_POLL_INTERVAL": "600"]) { $1 }
        let errors = #expect(throws: ConfigurationErrors.self) {
            try read(environment, "unsafe_skip_backup = 1\ndaemon_shutdown_grace = 'x'")
        }
        let variables = try #require(errors).problems.map(\.variable)
        #expect(variables == [.skipBackup, .grace, .pollInterval])
    }

    @Test func `the file at its usual place counts unless another is named`() throws {
        let home = try TemporaryHome()
        let load = { (file: String?) in
            try Configuration(
                ConfigurationSources(flags: [:], environment: home.environment, configFile: file))
        }
        #expect(try load(nil).configFile == nil)
        try home.write("daemon_shutdown_grace = '5s'", to: "cosmovisor/config.toml")
        #expect(try load(nil).grace == .seconds(5))
        #expect(try load(nil).configFile == home.path + "/cosmovisor/config.toml")
        try home.write("", to: "other.toml")
        #expect(try load(home.path + "/other.toml").grace == .seconds(30))
        try home.write("=", to: "cosmovisor/config.toml")
        #expect(throws: ConfigurationErrors.self) { try load(nil) }
        #expect(try load(home.path + "/other.toml").grace == .seconds(30))
    }

    @Test func `without a home in the environment no file is looked for`() throws {
        for home in ["", "relative"] {
            let sources = try ConfigurationSources(
                flags: [:], environment: ["DAEMON_HOME": home], configFile: nil)
            #expect(sources.file == nil)
        }
    }
}
