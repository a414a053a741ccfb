import Glibc
import Testing

@testable import Server

/// The config file, as the commands take it.
struct ConfigFileCommandTests {
    private func home(_ text: String, at name: String = "elsewhere.toml") throws -> TemporaryHome {
        let home = try TemporaryHome()
        try home.writeScript("echo \"v1 $*\"", to: "cosmovisor/genesis/bin/dummyd")
        try home.write(text, to: name)
        return home
    }

    private func file(of home: TemporaryHome) -> String {
        "daemon_home = '\(home.path)'\ndaemon_name = 'dummyd'\ndaemon_poll_interval = '1s'\n"
    }

    @Test(arguments: [
        ["-c", "FILE", "config"], ["-c=FILE", "config"], ["--cosmovisor-config", "FILE", "config"],
        ["--cosmovisor-config=FILE", "config"], ["config", "-c", "FILE"],
        ["config", "--cosmovisor-config=FILE", "--origins"],
    ])
    func `config shows what the named file says, without any variable`(
        arguments: [String]
    ) throws {
        let home = try home("")
        try home.write(file(of: home), to: "elsewhere.toml")
        let path = home.path + "/elsewhere.toml"
        let result = try SwitchyardProcess(
            arguments.map { $0.hasSuffix("FILE") ? String($0.dropLast(4)) + path : $0 },
            environment: [:])
        #expect(result.code == 0)
        #expect(result.errors.isEmpty)
        #expect(result.output.contains("\n  DAEMON_NAME: dummyd"))
        #expect(result.output.contains("\n  DAEMON_POLL_INTERVAL: 1s"))
    }

    @Test(arguments: [
        ["-c", "FILE", "run", "version"], ["run", "--cosmovisor-config", "FILE", "version"],
        ["run", "-cosmovisor-config", "FILE", "version"],
    ])
    func `run starts the daemon that the named file says`(arguments: [String]) throws {
        let home = try home("")
        try home.write(file(of: home), to: "elsewhere.toml")
        let path = home.path + "/elsewhere.toml"
        let result = try SwitchyardProcess(
            arguments.map { $0 == "FILE" ? path : $0 }, environment: ["PATH": "/usr/bin:/bin"])
        #expect(result.output == "v1 version\n")
        #expect(result.code == 0)
    }

    @Test func `version and token find the home through the file`() throws {
        let home = try home("")
        try home.write(file(of: home), to: "elsewhere.toml")
        let flag = ["-c", home.path + "/elsewhere.toml"]
        let version = try SwitchyardProcess(flag + ["version", "x"], environment: [:])
        #expect(version.output.hasSuffix("\nv1 version x\n"))
        let token = try SwitchyardProcess(
            flag + ["token", "create", "--scope", "read"], environment: [:])
        #expect(token.code == 0)
        #expect(try FileKind(at: home.home.own + "/tokens") == .regular)
    }

    @Test(arguments: [["token", "list"], ["config"], ["prepare", "v2"]])
    func `a place that cannot be used is an error for every command`(arguments: [String]) throws {
        let home = try home("switchyard_current = 'relative'", at: "cosmovisor/config.toml")
        let result = try SwitchyardProcess(arguments, environment: home.environment)
        #expect(result.code == 1)
        #expect(result.errors.contains("SWITCHYARD_CURRENT must be an absolute path"))
    }

    @Test func `the file at its usual place is taken by itself`() throws {
        let home = try home("daemon_poll_interval = '1s'", at: "cosmovisor/config.toml")
        let result = try SwitchyardProcess(["config"], environment: home.environment)
        #expect(result.output.contains("\n  DAEMON_POLL_INTERVAL: 1s\n"))
        let more = home.environment.merging(["DAEMON_POLL_INTERVAL": "2s"]) { $1 }
        let other = try SwitchyardProcess(["config", "--origins"], environment: more)
        #expect(other.output.contains("\n  DAEMON_POLL_INTERVAL: 2s (environment)\n"))
    }

    @Test(arguments: [
        ["config"], ["run", "version"], ["run", "start"], ["init", "/bin/sh"], ["version"],
        ["token", "list"], ["prepare", "v2"],
    ])
    func `a file that is broken stops every command with its place`(arguments: [String]) throws {
        let home = try home("daemon_poll_interval", at: "cosmovisor/config.toml")
        let result = try SwitchyardProcess(arguments, environment: home.environment)
        #expect(result.code == 1)
        #expect(result.errors.contains("/cosmovisor/config.toml\", line 1, column "))
        let absent = try SwitchyardProcess(
            ["-c", "/nowhere.toml"] + arguments, environment: home.environment)
        #expect(absent.code == 1)
        #expect(absent.errors.contains("\"/nowhere.toml\" cannot be read: it does not exist"))
    }

    @Test func `a broken file does not keep an orphan from being stopped`() throws {
        let home = try home("daemon_poll_interval", at: "cosmovisor/config.toml")
        let environment = home.environment.merging(["SERVICE_RESULT": "timeout"]) { $1 }
        let result = try SwitchyardProcess(["stop-orphan"], environment: environment)
        #expect(result.code == 0)
        #expect(result.errors.isEmpty)
    }
}

/// The log's format, as a flag.
struct LogFormatFlagTests {
    @Test(arguments: [["--log-format", "journal"], ["--log-format=journal"]])
    func `the flag wins over the variable`(flag: [String]) throws {
        let home = try TemporaryHome()
        let environment = home.environment.merging(["SWITCHYARD_LOG_FORMAT": "json"]) { $1 }
        let result = try SwitchyardProcess(flag + ["init", "/bin/sh"], environment: environment)
        #expect(result.code == 0)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 8)
        #expect(lines.allSatisfy { $0.hasPrefix("<6>") && $0.hasSuffix(" module=switchyard") })
    }

    @Test func `an unknown format names those there are`() throws {
        let home = try TemporaryHome()
        let result = try SwitchyardProcess(
            ["--log-format", "xml", "config"], environment: home.environment)
        #expect(result.code == 1)
        #expect(result.errors.contains("must be one of console|json|journal, got \"xml\""))
    }
}
