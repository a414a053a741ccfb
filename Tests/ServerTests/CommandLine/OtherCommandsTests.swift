import Testing

@testable import Server

struct OtherCommandsTests {
    private func home(_ script: String) throws -> TemporaryHome {
        let home = try TemporaryHome()
        try home.writeScript(script, to: "cosmovisor/genesis/bin/dummyd")
        return home
    }

    @Test(arguments: [[], ["help"], ["--help"], ["-h"], ["help", "run"], ["help", "bogus"]])
    func `help says what it is, what it needs and where more is`(arguments: [String]) throws {
        let result = try SwitchyardProcess(arguments, environment: [:])
        #expect(result.code == 0)
        #expect(result.errors.isEmpty)
        for part in [
            "switchyard", "DAEMON_NAME", "DAEMON_HOME", "EXIT CODES",
            "docs.cosmos.network/main/build/tooling/cosmovisor",
        ] {
            #expect(result.output.contains(part))
        }
        #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 84 })
    }

    @Test(arguments: [
        ["bogus"], ["start"], ["version", "--long"], ["init", "a", "b"], ["config", "x"], ["-x"],
        ["--cosmovisor-config"], ["--bogus", "run"],
    ])
    func `a wrong command line ends with 1`(arguments: [String]) throws {
        let result = try SwitchyardProcess(arguments, environment: [:])
        #expect(result.code == 1)
        #expect(result.errors.hasPrefix("Error: "))
    }

    @Test func `config prints to standard output and warns beside it`() throws {
        let home = try home("")
        let environment = home.environment.merging(["SWITCHYARD_LISTN": "none"]) { $1 }
        let result = try SwitchyardProcess(["config"], environment: environment)
        #expect(result.code == 0)
        #expect(result.output.hasPrefix("Configurable Values:\n  DAEMON_HOME: \(home.path)\n"))
        #expect(result.errors.contains("did you mean SWITCHYARD_LISTEN?"))
    }

    @Test func `config names everything that is wrong`() throws {
        let result = try SwitchyardProcess(
            ["config"], environment: ["DAEMON_POLL_INTERVAL": "600", "SWITCHYARD_RESTART": "x"])
        #expect(result.code == 1)
        #expect(result.output.isEmpty)
        for name in ["DAEMON_NAME", "DAEMON_HOME", "DAEMON_POLL_INTERVAL", "SWITCHYARD_RESTART"] {
            #expect(result.errors.contains(name))
        }
    }

    @Test func `version shows ours and then the daemon's`() throws {
        let home = try home(#"echo "v1 $*""#)
        let result = try SwitchyardProcess(["version", "x"], environment: home.environment)
        #expect(result.code == 0)
        #expect(result.output == "switchyard version: \(Version.number)\nv1 version x\n")
    }

    @Test func `without an environment version still shows ours`() throws {
        let result = try SwitchyardProcess(["version"], environment: [:])
        #expect(result.code == 1)
        #expect(result.output == "switchyard version: \(Version.number)\n")
        #expect(
            result.errors.hasPrefix("Error: failed to run version command: DAEMON_NAME is not set"))
        let only = try SwitchyardProcess(["version", "--cosmovisor-only"], environment: [:])
        #expect(only.code == 0)
        #expect(only.output == result.output)
    }

    @Test func `a version command that fails is an error`() throws {
        let home = try home("exit 3")
        let result = try SwitchyardProcess(["version"], environment: home.environment)
        #expect(result.code == 1)
        #expect(result.errors == "Error: failed to run version command: exit status 3\n")
    }

    @Test func `version as JSON is one line with the daemon's in it`() throws {
        let home = try home(
            #"[ "$*" = "version --long --output json" ] || exit 9; echo noise >&2; "#
                + #"printf '{\n  "name": "a  b\\"",\n "n": [1, 2.50]\n}\n'"#)
        let result = try SwitchyardProcess(
            ["version", "--output", "json"], environment: home.environment)
        let own = #"{"switchyard_version":"0.1.0","cosmovisor_version":"0.1.0""#
        #expect(result.code == 0)
        #expect(result.output == own + #","app_version":{"name":"a  b\"","n":[1,2.50]}}"# + "\n")
        #expect(result.errors == "noise\n")
        let only = try SwitchyardProcess(
            ["version", "--cosmovisor-only", "-o", "json"], environment: [:])
        #expect(only.output == own + "}\n")
    }

    @Test(arguments: ["v1.2.3", "[1]", "{", "{} {}", ""])
    func `a version that is no JSON object is refused`(text: String) throws {
        let home = try home("printf '%s' '\(text)'")
        let result = try SwitchyardProcess(
            ["version", "-o", "json"], environment: home.environment)
        #expect(result.code == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("expected valid json from APP"))
    }
}
