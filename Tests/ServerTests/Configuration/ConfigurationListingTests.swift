import Testing

@testable import Server

struct ConfigurationListingTests {
    private static let environment = [
        "DAEMON_HOME": "/home/node", "DAEMON_NAME": "dummyd", "DAEMON_SHUTDOWN_GRACE": "90s",
    ]

    @Test func `the listing begins with Cosmovisor's, to the letter`() throws {
        let listing = try Configuration(environment: Self.environment).listing
        #expect(
            listing.hasPrefix(
                """
                Configurable Values:
                  DAEMON_HOME: /home/node
                  DAEMON_NAME: dummyd
                  DAEMON_ALLOW_DOWNLOAD_BINARIES: false
                  DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM: false
                  DAEMON_RESTART_AFTER_UPGRADE: true
                  DAEMON_RESTART_DELAY: 0s
                  DAEMON_SHUTDOWN_GRACE: 1m30s
                  DAEMON_POLL_INTERVAL: 300ms
                  UNSAFE_SKIP_BACKUP: false
                  DAEMON_DATA_BACKUP_DIR: /home/node
                  DAEMON_PREUPGRADE_MAX_RETRIES: 0
                  COSMOVISOR_DISABLE_LOGS: false
                  COSMOVISOR_COLOR_LOGS: true
                  COSMOVISOR_TIMEFORMAT_LOGS: 3:04PM
                  COSMOVISOR_CUSTOM_PREUPGRADE: \("")
                  COSMOVISOR_DISABLE_RECASE: false
                Derived Values:
                         Root Dir: /home/node/cosmovisor
                      Upgrade Dir: /home/node/cosmovisor/upgrades
                      Genesis Bin: /home/node/cosmovisor/genesis/bin/dummyd
                   Monitored File: /home/node/data/upgrade-info.json
                  Data Backup Dir: /home/node
                Switchyard Values:

                """))
        for variable in Variable.allCases where variable != .logBufferSize {
            #expect(listing.contains("\n  \(variable.rawValue): "))
        }
        #expect(!listing.contains("(default)"))
    }

    @Test func `with origins each value says where it comes from`() throws {
        let text = "switchyard_linger = '1s'\n\nunsafe_skip_backup = true"
        let listing = try Configuration(
            ConfigurationSources(
                flags: [.logFormat: "json"], environment: Self.environment,
                file: try ConfigFile(path: "/c.toml", bytes: Array(text.utf8)))
        ).listingWithOrigins
        for line in [
            "  DAEMON_HOME: /home/node (environment)", "  DAEMON_POLL_INTERVAL: 300ms (default)",
            "  UNSAFE_SKIP_BACKUP: true (\"/c.toml\", line 3, column 1)",
            "  SWITCHYARD_LINGER: 1s (\"/c.toml\", line 1, column 1)",
            "  SWITCHYARD_LOG_FORMAT: json (flag)", "Config File: \"/c.toml\"",
        ] {
            #expect(listing.split(separator: "\n").contains { $0 == line })
        }
        let plain = try Configuration(environment: Self.environment).listingWithOrigins
        #expect(plain.hasSuffix("\nConfig File: none"))
    }
}
