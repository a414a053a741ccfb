import Glibc
import Supervisor
import Testing

@testable import Server

/// What is allowed and can hurt, each with the configuration next to it that does not.
struct ConcernsTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
        try home.makeFolder("cosmovisor")
    }

    private func concerns(
        _ more: [String: String], file: String = "", stoppedBy manager: ServiceManager = .none
    ) throws -> [String] {
        try Configuration(
            ConfigurationSources(
                environment: home.environment.merging(more) { $1 },
                file: try ConfigFile(path: "/c", bytes: Array(file.utf8)))
        ).concerns(stoppedBy: manager)
    }

    @Test func `the defaults are of no concern, and neither is a file full of them`() throws {
        #expect(try concerns([:]).isEmpty)
        let text = try Configuration(environment: home.environment).fileText
        #expect(try concerns([:], file: text).isEmpty)
        #expect(try concerns(["SWITCHYARD_LOG_FORMAT": "json"], file: text).isEmpty)
        #expect(try concerns(["COSMOVISOR_DISABLE_LOGS": "true"], file: text).isEmpty)
        #expect(try concerns(["UNSAFE_SKIP_BACKUP": "true"], file: text).isEmpty)
    }

    @Test(arguments: [
        (
            ["DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM": "true"],
            ["DAEMON_ALLOW_DOWNLOAD_BINARIES": "true"], "DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM counts"
        ),
        (
            [
                "DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM": "true",
                "DAEMON_ALLOW_DOWNLOAD_BINARIES": "true", "SWITCHYARD_ALLOW_WEAK_CHECKSUMS": "true",
            ], ["DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM": "false"], "SWITCHYARD_ALLOW_WEAK_CHECKSUMS"
        ),
        (
            ["SWITCHYARD_TRUST_THRESHOLD": "2"], ["SWITCHYARD_TRUST_THRESHOLD": "1"],
            "SWITCHYARD_TRUST_THRESHOLD asks for 2 signers"
        ),
        (
            ["DAEMON_RESTART_AFTER_UPGRADE": "false", "SWITCHYARD_RESTART": "always"],
            ["SWITCHYARD_RESTART": ""], "SWITCHYARD_RESTART=always does not start the node"
        ),
        (
            ["DAEMON_RESTART_DELAY": "31s"], ["DAEMON_RESTART_DELAY": "30s"],
            "DAEMON_RESTART_DELAY keeps the node down for 31s"
        ),
        (
            ["SWITCHYARD_WAIT_FOR_EXIT": "1s", "SWITCHYARD_LINGER": "1s"],
            ["SWITCHYARD_LINGER": "0"], "SWITCHYARD_WAIT_FOR_EXIT and SWITCHYARD_LINGER"
        ),
        (
            ["DAEMON_POLL_INTERVAL": "9ms"], ["DAEMON_POLL_INTERVAL": "10ms"],
            "DAEMON_POLL_INTERVAL=9ms"
        ),
        (
            ["DAEMON_POLL_INTERVAL": "61s"], ["DAEMON_POLL_INTERVAL": "1m"],
            "DAEMON_POLL_INTERVAL=1m1s"
        ),
        (
            ["DAEMON_SHUTDOWN_GRACE": "11m"], ["DAEMON_SHUTDOWN_GRACE": "10m"],
            "DAEMON_SHUTDOWN_GRACE=11m0s is how long"
        ),
        (
            ["DAEMON_SHUTDOWN_GRACE": "1s"], ["DAEMON_SHUTDOWN_GRACE": "5s"],
            "the daemon is killed 1.0s after it was told to end"
        ),
        (
            ["UNSAFE_SKIP_BACKUP": "true", "DAEMON_DATA_BACKUP_DIR": "/b"],
            ["DAEMON_DATA_BACKUP_DIR": ""], "DAEMON_DATA_BACKUP_DIR has no effect"
        ),
        (
            ["SWITCHYARD_LOG_FORMAT": "json", "COSMOVISOR_COLOR_LOGS": "true"],
            ["COSMOVISOR_COLOR_LOGS": "false"],
            "COSMOVISOR_COLOR_LOGS has no effect with SWITCHYARD_LOG_FORMAT=json"
        ),
        (
            ["SWITCHYARD_LOG_FORMAT": "journal", "COSMOVISOR_TIMEFORMAT_LOGS": "rfc3339"],
            ["SWITCHYARD_LOG_FORMAT": "console"],
            "COSMOVISOR_TIMEFORMAT_LOGS has no effect with SWITCHYARD_LOG_FORMAT=journal"
        ),
        (
            ["COSMOVISOR_DISABLE_LOGS": "true", "SWITCHYARD_LOG_FORMAT": "json"],
            ["COSMOVISOR_DISABLE_LOGS": "false"],
            "SWITCHYARD_LOG_FORMAT has no effect with COSMOVISOR_DISABLE_LOGS=true"
        ),
        (
            ["SWITCHYARD_LISTEN": "udp:1"], ["SWITCHYARD_LISTEN": "none"],
            "cannot listen as SWITCHYARD_LISTEN says"
        ),
        (
            ["SWITCHYARD_LISTEN": "tcp:192.0.2.1:80"],
            ["SWITCHYARD_LISTEN": "tcp:127.0.0.1:80,tcp:[::1]:80"],
            "could be reached by other hosts"
        ),
        (
            ["SWITCHYARD_LISTEN": "tcp:[2001:db8::1]:80", "SWITCHYARD_ALLOW_REMOTE": "true"],
            ["SWITCHYARD_LISTEN": "tcp:[::1]:80"],
            "other hosts can reach the API at tcp:[2001:db8::1]:80"
        ),
        (
            ["SWITCHYARD_LISTEN": "unix:/run/a,unix:/run/b?auth=token"],
            ["SWITCHYARD_API_HOSTS": "node.example.org"], "\"unix:/run/b\" is a proxy's socket"
        ),
        (
            ["SWITCHYARD_API_GROUP": "no such group"], ["SWITCHYARD_API_GROUP": "root"],
            "SWITCHYARD_API_GROUP: there is no group \"no such group\""
        ),
        (
            ["DAEMON_RPC_ADDRESS": "http://me:pass@node:1"],
            ["DAEMON_RPC_ADDRESS": "tcp://127.0.0.1:1"], "\"http://node:1\" is not http://host:port"
        ),
        (["DAEMON_HOMES": "x"], ["DAEMON_HOMES": "", "HOME": "x"], "did you mean DAEMON_HOME?"),
    ])
    func `what can hurt is said once`(
        given: [String: String], mended: [String: String], words: String
    ) throws {
        let found = try concerns(given)
        #expect(found.count == 1)
        #expect(found.first?.contains(words) == true)
        guard mended["HOME"] == nil else { return }
        #expect(try concerns(given.merging(mended) { $1 }).isEmpty)
    }

    @Test func `what a file says otherwise than the default was wanted`() throws {
        let file = "cosmovisor_timeformat_logs = 'rfc3339'\nswitchyard_log_format = 'json'"
        #expect(try concerns([:], file: file).count == 1)
    }

    @Test func `a grace that systemd cuts short is a concern`() throws {
        let stop = ServiceManager.Stop(timeout: .seconds(20), killMode: "mixed")
        let found = try concerns([:], stoppedBy: .systemd(stop: stop, isExtended: false))
        #expect(found.count == 1)
        #expect(found.first?.contains("systemd kills it after 20s") == true)
        #expect(try concerns([:], stoppedBy: .systemd(stop: stop, isExtended: true)).isEmpty)
    }

    @Test func `a script before upgrades must be a file below the root`() throws {
        let found = { (hook: String) in
            try concerns(["COSMOVISOR_CUSTOM_PREUPGRADE": hook])
        }
        #expect(try found("pre.sh").map { $0.contains("pre.sh cannot be run: stat") } == [true])
        try home.writeScript("exit 0", to: "cosmovisor/pre.sh")
        #expect(try found("pre.sh").isEmpty)
        try home.makeFolder("cosmovisor/folder")
        #expect(try found("folder").map { $0.contains("no regular file") } == [true])
        let absolute = try found("/pre.sh")
        #expect(absolute.count == 1)
        #expect(absolute[0].contains("\"/pre.sh\" is looked for at \"\(home.home.root)//pre.sh\""))
        try home.writeScript("exit 0", to: "outer.sh")
        #expect(try found("../outer.sh").map { $0.contains("leads out of") } == [true])
    }

    @Test func `trust that is set where the node can change it is a concern`() throws {
        try home.write("switchyard_trust = 'checksum'", to: "cosmovisor/config.toml")
        let usual = try Configuration(
            ConfigurationSources(flags: [:], environment: home.environment, configFile: nil))
        let found = usual.concerns(stoppedBy: .none)
        #expect(found.map { $0.contains("config.toml\", line 1, column 1)") } == [true])
        let other = try TemporaryHome()
        try other.write("switchyard_trust = 'checksum'", to: "c.toml")
        let named = try Configuration(
            ConfigurationSources(
                flags: [:], environment: home.environment, configFile: other.path + "/c.toml"))
        #expect(named.concerns(stoppedBy: .none).isEmpty)
        #expect(try concerns(["SWITCHYARD_TRUST": "checksum"]).isEmpty)
    }

    @Test func `signers that the node can change are a concern`() throws {
        let found = { (path: String, trust: String) in
            try concerns(["SWITCHYARD_TRUST": trust, "SWITCHYARD_TRUST_SIGNERS": path])
        }
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBv8ZZ3oiB8qGCQ0sqX2Fj5pG1nh2xgmaYTbcAEMAqj3"
        try home.write("a@example.org \(key)\n", to: "signers", mode: 0o600)
        let inner = try found(home.path + "/signers", "signature")
        #expect(inner.map { $0.contains("the node can change") } == [true])
        #expect(try found(home.path + "/signers", "any").isEmpty)
        let absent = try found(home.path + "/nowhere", "signature")
        #expect(absent.map { $0.contains("it does not exist") } == [true])
    }

    @Test(.enabled(if: Privileges.areEnough, "needs root"))
    func `signers in a folder of root's are none`() throws {
        let other = try TemporaryHome()
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBv8ZZ3oiB8qGCQ0sqX2Fj5pG1nh2xgmaYTbcAEMAqj3"
        try other.write("a@example.org \(key)\n", to: "signers", mode: 0o600)
        let outer = try concerns([
            "SWITCHYARD_TRUST": "signature", "SWITCHYARD_TRUST_SIGNERS": other.path + "/signers",
        ])
        #expect(outer.isEmpty)
    }

    @Test func `a link in the data is a concern`() throws {
        for folder in ["data/state", "state"] { try home.makeFolder(folder) }
        let found = { (place: String) in
            try concerns(["SWITCHYARD_CURRENT": home.path + place])
        }
        #expect(try found("/data/state/current").map { $0.contains("is in the data") } == [true])
        #expect(try found("/state/current").isEmpty)
    }

    @Test func `a plan whose binary is missing is a concern unless it can be fetched`() throws {
        try home.write(
            #"{"name":"V2","height":7,"time":"0001-01-01T00:00:00Z"}"#,
            to: "data/upgrade-info.json")
        let found = try concerns([:])
        #expect(found.map { $0.contains("/upgrades/v2/bin/dummyd\" is not there") } == [true])
        #expect(try concerns(["DAEMON_ALLOW_DOWNLOAD_BINARIES": "true"]).isEmpty)
        try home.writeScript("", to: "cosmovisor/upgrades/v2/bin/dummyd")
        #expect(try concerns([:]).isEmpty)
    }

    @Test func `a proxy's socket of systemd's is a concern where it is handed over`() throws {
        let sockets = [("api", true), ("api-token", true), ("api-token", false)].map {
            Handover.Activated(name: $0.0, isUnix: $0.1, number: -1)
        }
        let found = { (listen: String, hosts: String) in
            try Configuration(
                ConfigurationSources(
                    environment: home.environment.merging([
                        "SWITCHYARD_LISTEN": listen, "SWITCHYARD_API_HOSTS": hosts,
                    ]) { $1 })
            ).concerns(stoppedBy: .none, activated: sockets)
        }
        #expect(try found("systemd", "").map { $0.hasPrefix("\"api-token of") } == [true])
        #expect(try found("systemd", "node.example.org").isEmpty)
        #expect(try found("none", "").isEmpty)
    }
}
