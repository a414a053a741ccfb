import Testing

@testable import Server

struct ConfigurationListingTests {
    @Test func `the listing shows every value with its origin in Cosmovisor's layout`() throws {
        let listing = try Configuration(environment: [
            "DAEMON_HOME": "/home/node", "DAEMON_NAME": "dummyd", "DAEMON_SHUTDOWN_GRACE": "90s",
        ]).listing
        for part in [
            "Configurable Values:\n  DAEMON_HOME: /home/node (environment)\n",
            "\n  DAEMON_SHUTDOWN_GRACE: 1m30s (environment)\n",
            "\n  DAEMON_POLL_INTERVAL: 300ms (default)\n",
            "\n  COSMOVISOR_TIMEFORMAT_LOGS: 3:04PM (default)\n",
            "\nDerived Values:\n         Root Dir: /home/node/cosmovisor\n",
            "\n      Upgrade Dir: /home/node/cosmovisor/upgrades\n",
            "\n      Genesis Bin: /home/node/cosmovisor/genesis/bin/dummyd\n",
            "\n   Monitored File: /home/node/data/upgrade-info.json\n",
            "\n  Data Backup Dir: /home/node\n",
        ] {
            #expect(listing.contains(part))
        }
        for variable in Variable.allCases where variable != .logBufferSize {
            #expect(listing.contains("\n  \(variable.rawValue): "))
        }
    }
}
