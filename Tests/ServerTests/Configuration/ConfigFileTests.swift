import Glibc
import Testing

@testable import Server

struct ConfigFileTests {
    private func file(_ text: String) throws(ConfigurationErrors) -> ConfigFile {
        try ConfigFile(path: "/c.toml", bytes: Array(text.utf8))
    }

    private func read(
        _ text: String, _ environment: [String: String] = [:]
    ) throws(ConfigurationErrors) -> Configuration {
        let required = ["DAEMON_HOME": "/home/node", "DAEMON_NAME": "dummyd"]
        return try Configuration(
            ConfigurationSources(
                environment: required.merging(environment) { $1 }, file: try file(text)))
    }

    private func message(_ text: String) throws -> String {
        try #require(throws: ConfigurationErrors.self) { try read(text) }.description
    }

    @Test func `the file that Cosmovisor's init writes means what Cosmovisor meant`() throws {
        let configuration = try Configuration(
            ConfigurationSources(
                environment: [:],
                file: try file(
                    """
                    daemon_home = '/home/node'
                    daemon_name = 'simd'
                    daemon_allow_download_binaries = true
                    daemon_download_must_have_checksum = true
                    daemon_restart_after_upgrade = false
                    daemon_restart_delay = 0
                    daemon_shutdown_grace = 0
                    daemon_poll_interval = 1500000000
                    unsafe_skip_backup = true
                    daemon_data_backup_dir = '/home/node'
                    daemon_preupgrade_max_retries = 3
                    daemon_grpc_address = 'localhost:9090'
                    cosmovisor_disable_logs = true
                    cosmovisor_color_logs = false
                    cosmovisor_timeformat_logs = 'rfc3339'
                    cosmovisor_custom_preupgrade = ''
                    cosmovisor_disable_recase = true
                    """)))
        #expect(configuration.home.path == "/home/node")
        #expect(configuration.home.daemonName == "simd")
        #expect(configuration.home.letterCase == .kept)
        #expect(configuration.allowsDownloads && configuration.requiresChecksums)
        #expect(!configuration.restartsAfterUpgrade && configuration.skipsBackup)
        #expect(configuration.restartDelay == .zero)
        // 0 is what it writes for a grace that is not set.
        #expect(configuration.grace == .seconds(30))
        #expect(configuration.origin(of: .grace) == .default)
        #expect(configuration.pollInterval == .milliseconds(1500))
        #expect(configuration.preUpgradeRetries == 3)
        #expect(configuration.log.isDisabled && !configuration.log.isColored)
        #expect(configuration.log.timeFormat == .rfc3339)
        #expect(configuration.customPreUpgrade == nil)
        #expect(configuration.warnings.isEmpty)
    }

    @Test func `each of our variables has its key`() throws {
        let configuration = try read(
            """
            SWITCHYARD_Listen = "none"
            switchyard_wait_for_exit = "1m"
            switchyard_linger = 2000000000
            switchyard_reserve = "1GiB"
            switchyard_max_upload = 5
            switchyard_trust_threshold = "2"
            switchyard_fetch_private = "TRUE"
            switchyard_log_format = "json"
            daemon_rpc_address = "tcp://127.0.0.1:1"
            """)
        #expect(configuration.listen == ["none"])
        #expect(configuration.waitForExit == .seconds(60) && configuration.linger == .seconds(2))
        #expect(configuration.reserve == .bytes(1 << 30) && configuration.maxUpload == 5)
        #expect(configuration.trustThreshold == 2 && configuration.fetchesPrivate)
        #expect(configuration.log.format == .json)
        #expect(configuration.rpcAddress == "tcp://127.0.0.1:1")
        for variable in Variable.allCases {
            let wrong = try file("\(variable.key) = 1.5")
            #expect(wrong.problems.map(\.variable) == [variable])
        }
    }

    @Test(arguments: [
        (
            "daemon_shutdown_grace = true",
            "daemon_shutdown_grace must be a string such as \"30s\", "
        ),
        ("unsafe_skip_backup = 1", "unsafe_skip_backup must be true or false, got an integer"),
        ("daemon_data_backup_dir = 1", "daemon_data_backup_dir must be a string, got an integer"),
        ("daemon_preupgrade_max_retries = []", "must be an integer, or a string, got an array"),
        ("unsafe_skip_backup = \"yes\"", "\"UNSAFE_SKIP_BACKUP\" must have a boolean value"),
        ("daemon_poll_interval = \"600\"", "invalid: DAEMON_POLL_INTERVAL: missing unit"),
        ("daemon_poll_interval = -1", "must be greater than 0, got \"-1ns\""),
        ("daemon_shutdown_grace = \"0s\"", "must be greater than 0"),
        ("cosmovisor_timeformat_logs = \"x\"", "\"COSMOVISOR_TIMEFORMAT_LOGS\" must be one of"),
        ("daemon_data_backup_dir = \"b\"", "DAEMON_DATA_BACKUP_DIR must be an absolute path"),
        ("switchyard_trust_threshold = 0", "SWITCHYARD_TRUST_THRESHOLD must be at least 1"),
    ])
    func `a value that cannot be used is refused with key and place`(
        line: String, reason: String
    ) throws {
        let message = try message("# one\n" + line)
        #expect(message.contains(reason))
        #expect(message.hasSuffix("(\"/c.toml\", line 2, column 1)"))
        #expect(!message.contains("env variable"))
        #expect(message.split(separator: "\n").count == 1)
    }

    @Test func `a key that is there twice is refused with both places`() throws {
        let message = try message("UNSAFE_SKIP_BACKUP = true\nunsafe_skip_backup = false")
        #expect(message.contains("unsafe_skip_backup is there twice"))
        #expect(message.contains("line 1,") && message.contains("line 2,"))
    }

    @Test func `a file that is no TOML is refused with the place`() throws {
        let message = try message("daemon_name = \"x\"\ndaemon_name = ")
        #expect(message.hasPrefix("the config file is not valid: "))
        #expect(message.hasSuffix("(\"/c.toml\", line 2, column 15)"))
    }

    @Test func `a key that is not known is warned of, with the one that was meant`() throws {
        let configuration = try read("daemon_shutdown_graze = \"1s\"\n[table]\n")
        #expect(
            configuration.warnings == [
                "the key \"daemon_shutdown_graze\" is not known and ignored; did you mean "
                    + "daemon_shutdown_grace? (\"/c.toml\", line 1, column 1)",
                "the key \"table\" is not known and ignored (\"/c.toml\", line 2, column 2)",
            ])
    }

    @Test func `a terminal is safe from what is in the file`() throws {
        let configuration = try read("\"\\u001b[31m\" = 1")
        #expect(configuration.warnings.allSatisfy { !$0.contains("\u{1b}") })
        #expect(try !message("daemon_data_backup_dir = \"\\u001b\"").contains("\u{1b}"))
    }

    @Test func `only a regular file of a decent size is read`() throws {
        let home = try TemporaryHome()
        let path = home.path + "/config.toml"
        #expect(try ConfigFile.usual(path) == nil)
        let absent = #expect(throws: ConfigurationErrors.self) { try ConfigFile.named(path) }
        #expect(try #require(absent).description.contains("it does not exist"))
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: ConfigurationErrors.self) { try ConfigFile.usual(path) }
        unlink(path)
        try home.write(String(repeating: "#", count: ConfigFile.limit + 1), to: "config.toml")
        #expect(throws: ConfigurationErrors.self) { try ConfigFile.usual(path) }
        try home.write("daemon_name = 'x'", to: "config.toml")
        #expect(try ConfigFile.usual(path)?.values[.name]?.text == "x")
    }

    @Test func `a link is followed where the operator names it and nowhere else`() throws {
        let home = try TemporaryHome()
        try home.write("daemon_name = 'x'", to: "..data/config.toml")
        let link = home.path + "/config.toml"
        #expect(symlink("..data/config.toml", link) == 0)
        #expect(try ConfigFile.named(link).values[.name]?.text == "x")
        let errors = #expect(throws: ConfigurationErrors.self) { try ConfigFile.usual(link) }
        #expect(try #require(errors).description.contains("symbolic link"))
        unlink(home.path + "/..data/config.toml")
        #expect(throws: ConfigurationErrors.self) { try ConfigFile.usual(link) }
    }
}
