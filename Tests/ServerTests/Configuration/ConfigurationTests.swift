import Supervisor
import Testing

@testable import Server

/// The rows of Cosmovisor's TestGetConfigFromEnv, TestBooleanOption and TestTimeFormat, and ours.
struct ConfigurationTests {
    private static let required = ["DAEMON_HOME": "/home/node", "DAEMON_NAME": "dummyd"]

    private func read(_ more: [String: String]) throws(ConfigurationErrors) -> Configuration {
        try Configuration(environment: Self.required.merging(more) { $1 })
    }

    /// The variables that are refused, in the order they are reported in.
    private func refused(_ environment: [String: String]) -> [Variable?] {
        do throws(ConfigurationErrors) {
            _ = try Configuration(environment: environment)
            return []
        } catch {
            return error.problems.map(\.variable)
        }
    }

    @Test func `the name and the home are enough and the rest has safe defaults`() throws {
        let configuration = try read([:])
        #expect(configuration.home == Home(path: "/home/node", daemonName: "dummyd"))
        #expect(!configuration.allowsDownloads && !configuration.requiresChecksums)
        #expect(configuration.restartsAfterUpgrade && !configuration.skipsBackup)
        #expect(configuration.restartDelay == .zero)
        #expect(configuration.grace == .seconds(30))
        #expect(configuration.pollInterval == .milliseconds(300))
        #expect(configuration.backupDirectory == "/home/node")
        #expect(configuration.preUpgradeRetries == 0)
        #expect(configuration.customPreUpgrade == nil)
        #expect(configuration.grpcAddress == "localhost:9090")
        #expect(configuration.rpcAddress == nil)
        #expect(!configuration.log.isDisabled && configuration.log.isColored)
        #expect(configuration.log.timeFormat == .kitchen && configuration.log.format == .console)
        #expect(configuration.listen == ["unix:/home/node/cosmovisor/.switchyard/api.sock"])
        #expect(configuration.startCommands == ["start"])
        #expect(configuration.restart == .onFailure)
        #expect(configuration.waitForExit == .zero && configuration.linger == .zero)
        #expect(configuration.given == [.home, .name])
        #expect(configuration.warnings.isEmpty)
    }

    @Test func `root and link may be put elsewhere, and ours goes with the link`() throws {
        let root = try read(["SWITCHYARD_ROOT": "/opt/gaia/"]).home
        #expect(root.root == "/opt/gaia" && root.current == "/opt/gaia/current")
        #expect(root.own == "/opt/gaia/.switchyard" && !root.isStateApart)
        let both = try read(["SWITCHYARD_ROOT": "/opt/gaia", "SWITCHYARD_CURRENT": "/var/x/live"])
        #expect(both.home.genesis.binary == "/opt/gaia/genesis/bin/dummyd")
        #expect(both.home.current == "/var/x/live" && both.home.isStateApart)
        #expect(both.listen == ["unix:/var/x/.switchyard/api.sock"])
        #expect(both.tokensFile == "/var/x/.switchyard/tokens")
        #expect(both.home.planFile == "/home/node/data/upgrade-info.json")
    }

    @Test func `every variable that is set is used`() throws {
        let configuration = try read([
            "DAEMON_ALLOW_DOWNLOAD_BINARIES": "true", "DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM": "TRUE",
            "DAEMON_RESTART_AFTER_UPGRADE": "faLSe", "DAEMON_RESTART_DELAY": "10s",
            "DAEMON_SHUTDOWN_GRACE": "15s", "DAEMON_POLL_INTERVAL": "1s",
            "DAEMON_DATA_BACKUP_DIR": "/backups", "DAEMON_PREUPGRADE_MAX_RETRIES": "5",
            "COSMOVISOR_DISABLE_LOGS": "true", "COSMOVISOR_COLOR_LOGS": "false",
            "COSMOVISOR_TIMEFORMAT_LOGS": "rfc3339", "COSMOVISOR_CUSTOM_PREUPGRADE": "pre.sh",
            "COSMOVISOR_DISABLE_RECASE": "true", "DAEMON_GRPC_ADDRESS": "node:1",
            "DAEMON_RPC_ADDRESS": "http://node:2", "DAEMON_LOG_BUFFER_SIZE": "512",
            "SWITCHYARD_LISTEN": "unix:/a, tcp:[::1]:1 ,systemd",
            "SWITCHYARD_TOKENS_FILE": "/tokens", "SWITCHYARD_API_GROUP": "ops",
            "SWITCHYARD_START_COMMANDS": "start,rollappd", "SWITCHYARD_RESTART": "always",
            "SWITCHYARD_WAIT_FOR_EXIT": "1m", "SWITCHYARD_LINGER": "5s",
            "SWITCHYARD_LOG_FORMAT": "json", "SWITCHYARD_RESERVE": "512MiB",
            "SWITCHYARD_MAX_UPLOAD": "1000000",
        ])
        #expect(configuration.reserve == .bytes(512 << 20))
        #expect(configuration.maxUpload == 1_000_000)
        #expect(configuration.home.letterCase == .kept)
        #expect(configuration.allowsDownloads && configuration.requiresChecksums)
        #expect(!configuration.restartsAfterUpgrade)
        #expect(configuration.restartDelay == .seconds(10) && configuration.grace == .seconds(15))
        #expect(configuration.pollInterval == .seconds(1))
        #expect(configuration.backupDirectory == "/backups")
        #expect(configuration.preUpgradeRetries == 5)
        #expect(configuration.log.isDisabled && !configuration.log.isColored)
        #expect(configuration.log.timeFormat == .rfc3339 && configuration.log.format == .json)
        #expect(configuration.customPreUpgrade == "pre.sh")
        #expect(configuration.grpcAddress == "node:1")
        #expect(configuration.rpcAddress == "http://node:2")
        #expect(configuration.listen == ["unix:/a", "tcp:[::1]:1", "systemd"])
        #expect(configuration.tokensFile == "/tokens" && configuration.apiGroup == "ops")
        #expect(configuration.startCommands == ["start", "rollappd"])
        #expect(configuration.restart == .always)
        #expect(configuration.waitForExit == .seconds(60) && configuration.linger == .seconds(5))
        #expect(configuration.origin(of: .restart) == .environment)
        #expect(configuration.origin(of: .skipBackup) == .default)
    }

    @Test func `everything that is wrong is reported at once and once`() throws {
        let checked = Variable.allCases.filter {
            ![.customPreUpgrade, .grpcAddress, .rpcAddress, .logBufferSize, .apiGroup].contains($0)
        }
        var environment: [String: String] = [:]
        for variable in checked { environment[variable.rawValue] = "b/d" }
        environment["SWITCHYARD_LISTEN"] = "none,systemd"
        environment["SWITCHYARD_START_COMMANDS"] = ","
        let refused = refused(environment)
        #expect(Set(refused) == Set(checked))
        #expect(refused.count == checked.count)
    }

    @Test func `without the name and the home both are asked for`() throws {
        #expect(refused([:]) == [.name, .home])
        let errors = #expect(throws: ConfigurationErrors.self) {
            try Configuration(environment: [:])
        }
        let text = try #require(errors).description
        #expect(text.contains("DAEMON_NAME is not set"))
        #expect(text.contains("DAEMON_HOME is not set"))
        let relative = #expect(throws: ConfigurationErrors.self) {
            try read(["DAEMON_HOME": "home/node"])
        }
        let message = try #require(relative).description
        #expect(message.contains("DAEMON_HOME must be an absolute path"))
    }

    @Test(arguments: [
        ("DAEMON_HOME", "node"), ("DAEMON_HOME", ""), ("DAEMON_NAME", ""), ("DAEMON_NAME", "a/b"),
        ("DAEMON_NAME", "."), ("DAEMON_NAME", ".."), ("UNSAFE_SKIP_BACKUP", "wrong"),
        ("UNSAFE_SKIP_BACKUP", "truee"), ("COSMOVISOR_COLOR_LOGS", "1"),
        ("COSMOVISOR_COLOR_LOGS", "yes"), ("DAEMON_RESTART_AFTER_UPGRADE", "on"),
        ("DAEMON_POLL_INTERVAL", "bad"), ("DAEMON_POLL_INTERVAL", "0"),
        ("DAEMON_POLL_INTERVAL", "600"), ("DAEMON_POLL_INTERVAL", "-3m"),
        ("DAEMON_RESTART_DELAY", "0s"), ("DAEMON_SHUTDOWN_GRACE", "0"),
        ("DAEMON_PREUPGRADE_MAX_RETRIES", "bad"), ("DAEMON_PREUPGRADE_MAX_RETRIES", "-1"),
        ("DAEMON_PREUPGRADE_MAX_RETRIES", "1.5"), ("COSMOVISOR_TIMEFORMAT_LOGS", "invalid"),
        ("DAEMON_DATA_BACKUP_DIR", "backups"), ("SWITCHYARD_TOKENS_FILE", "tokens"),
        ("SWITCHYARD_RESTART", "never"), ("SWITCHYARD_LINGER", "-1s"),
        ("SWITCHYARD_WAIT_FOR_EXIT", "60"), ("SWITCHYARD_LISTEN", "none,systemd"),
        ("SWITCHYARD_START_COMMANDS", " , "), ("SWITCHYARD_LOG_FORMAT", "xml"),
        ("SWITCHYARD_ROOT", "opt"), ("SWITCHYARD_CURRENT", "current"),
        ("SWITCHYARD_CURRENT", "/a/"), ("SWITCHYARD_CURRENT", "/a/.."),
        ("SWITCHYARD_RESERVE", "-1"), ("SWITCHYARD_RESERVE", "5%"),
        ("SWITCHYARD_RESERVE", "9999999TiB"), ("SWITCHYARD_MAX_UPLOAD", "0"),
        ("SWITCHYARD_MAX_UPLOAD", "GiB"), ("SWITCHYARD_MAX_UPLOAD", "1 GiB"),
    ])
    func `a value that cannot be used is refused by name`(name: String, value: String) throws {
        let errors = #expect(throws: ConfigurationErrors.self) { try read([name: value]) }
        let problems = try #require(errors).problems
        let problem = try #require(problems.first)
        #expect(problems.count == 1)
        #expect(problem.variable?.rawValue == name)
        #expect(problem.message.contains(name))
        #expect(problem.message.contains(value.isEmpty ? "is not set" : "\"\(value)\""))
    }

    @Test func `a variable that is empty counts as unset`() throws {
        let optional = Variable.allCases.filter { ![.home, .name, .timeFormat].contains($0) }
        let empty = Dictionary(uniqueKeysWithValues: optional.map { ($0.rawValue, "") })
        #expect(try read(empty) == read([:]))
    }

    @Test(arguments: TimeFormat.allCases)
    func `each time format is known by its name`(format: TimeFormat) throws {
        let configuration = try read(["COSMOVISOR_TIMEFORMAT_LOGS": format.rawValue])
        #expect(configuration.log.timeFormat == format)
    }

    @Test func `an empty time format is no time`() throws {
        let configuration = try read(["COSMOVISOR_TIMEFORMAT_LOGS": ""])
        #expect(configuration.log.timeFormat == nil)
        #expect(configuration.origin(of: .timeFormat) == .environment)
    }

    @Test func `a wait or linger of nothing is allowed`() throws {
        let configuration = try read(["SWITCHYARD_WAIT_FOR_EXIT": "0", "SWITCHYARD_LINGER": "0s"])
        #expect(configuration.waitForExit == .zero && configuration.linger == .zero)
    }

    @Test func `a folder for backups that are never made is not looked at`() throws {
        let configuration = try read([
            "UNSAFE_SKIP_BACKUP": "true", "DAEMON_DATA_BACKUP_DIR": "relative",
        ])
        #expect(configuration.skipsBackup)
    }

    @Test func `a terminal is safe from what is given`() throws {
        let errors = #expect(throws: ConfigurationErrors.self) {
            try read(["DAEMON_POLL_INTERVAL": "\u{1b}[31m"])
        }
        let message = try #require(errors).description
        #expect(message.contains("\\u{1b}[31m"))
    }
}
