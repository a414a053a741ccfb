import Testing

@testable import Server

struct ConfigFileTextTests {
    private static let keys = [
        "daemon_home", "daemon_name", "daemon_allow_download_binaries",
        "daemon_download_must_have_checksum", "daemon_restart_after_upgrade",
        "daemon_restart_delay", "daemon_shutdown_grace", "daemon_poll_interval",
        "unsafe_skip_backup", "daemon_data_backup_dir", "daemon_preupgrade_max_retries",
        "cosmovisor_disable_logs", "cosmovisor_color_logs", "cosmovisor_timeformat_logs",
        "cosmovisor_custom_preupgrade", "cosmovisor_disable_recase", "daemon_grpc_address",
    ]
    private static let required = ["DAEMON_HOME": "/home/node", "DAEMON_NAME": "dummyd"]

    private func lines(_ configuration: Configuration) -> [String] {
        configuration.fileText.split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }
    }

    /// The same, but for where the values come from.
    private func isSame(_ left: Configuration, _ right: Configuration) -> Bool {
        left.listing == right.listing && left.values.elementsEqual(right.values, by: ==)
            && left.log == right.log && left.home == right.home
    }

    private func reread(_ configuration: Configuration) throws -> Configuration {
        let file = try ConfigFile(path: "/c", bytes: Array(configuration.fileText.utf8))
        #expect(file.problems.isEmpty && file.warnings.isEmpty)
        return try Configuration(ConfigurationSources(environment: [:], file: file))
    }

    @Test func `every key of Cosmovisor's is written and none of ours that is not set`() throws {
        let lines = lines(try Configuration(environment: Self.required))
        #expect(lines.map { String($0.prefix { $0 != " " }) } == Self.keys)
        for line in [
            "daemon_home = \"/home/node\"", "daemon_restart_after_upgrade = true",
            "daemon_restart_delay = 0", "daemon_shutdown_grace = 30000000000",
            "daemon_poll_interval = 300000000", "daemon_data_backup_dir = \"/home/node\"",
            "daemon_preupgrade_max_retries = 0", "cosmovisor_timeformat_logs = \"kitchen\"",
        ] {
            #expect(lines.contains(line))
        }
    }

    @Test func `it is read again as what it was written from`() throws {
        let plain = try Configuration(environment: Self.required)
        #expect(isSame(try reread(plain), plain))
        var environment = [
            "DAEMON_HOME": "/home/a \"b\" \\c \u{1b}é", "DAEMON_NAME": "d'x",
            "DAEMON_ALLOW_DOWNLOAD_BINARIES": "true", "DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM": "true",
            "DAEMON_RESTART_AFTER_UPGRADE": "false", "DAEMON_RESTART_DELAY": "1ns",
            "DAEMON_SHUTDOWN_GRACE": "2562047h", "DAEMON_POLL_INTERVAL": "1m0.5s",
            "UNSAFE_SKIP_BACKUP": "true", "DAEMON_DATA_BACKUP_DIR": "relative",
            "DAEMON_PREUPGRADE_MAX_RETRIES": "7", "COSMOVISOR_DISABLE_LOGS": "true",
            "COSMOVISOR_COLOR_LOGS": "false", "COSMOVISOR_TIMEFORMAT_LOGS": "",
            "COSMOVISOR_CUSTOM_PREUPGRADE": "a\nb", "COSMOVISOR_DISABLE_RECASE": "true",
            "DAEMON_GRPC_ADDRESS": "n:1", "DAEMON_RPC_ADDRESS": "tcp://127.0.0.1:2",
        ]
        let ours = [
            "SWITCHYARD_ROOT": "/r", "SWITCHYARD_CURRENT": "/s/c",
            "SWITCHYARD_LISTEN": "tcp:127.0.0.1:1,systemd", "SWITCHYARD_TOKENS_FILE": "/t",
            "SWITCHYARD_API_GROUP": "ops", "SWITCHYARD_API_HOSTS": "a.b,c:1",
            "SWITCHYARD_ALLOW_REMOTE": "true", "SWITCHYARD_METRICS_OPEN": "true",
            "SWITCHYARD_START_COMMANDS": "start,rollapp", "SWITCHYARD_RESTART": "no",
            "SWITCHYARD_WAIT_FOR_EXIT": "0", "SWITCHYARD_LINGER": "1.5s",
            "SWITCHYARD_RESERVE": "1GiB", "SWITCHYARD_MAX_UPLOAD": "77",
            "SWITCHYARD_HORIZON": "1h", "SWITCHYARD_TRUST": "signature",
            "SWITCHYARD_TRUST_SIGNERS": "/s", "SWITCHYARD_TRUST_THRESHOLD": "2",
            "SWITCHYARD_FETCH_PRIVATE": "true", "SWITCHYARD_ALLOW_WEAK_CHECKSUMS": "true",
            "SWITCHYARD_LOG_FORMAT": "json",
        ]
        environment.merge(ours) { $1 }
        let full = try Configuration(environment: environment)
        #expect(isSame(try reread(full), full))
        #expect(Set(ours.keys) == Set(full.given.map(\.rawValue).filter { $0.hasPrefix("SW") }))
        #expect(lines(full).count == Self.keys.count + 1 + ours.count)
    }

    @Test func `a flag of one run is not written down`() throws {
        let configuration = try Configuration(
            ConfigurationSources(flags: [.logFormat: "json"], environment: Self.required))
        #expect(lines(configuration).count == Self.keys.count)
    }
}
