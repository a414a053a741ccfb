import Testing

@testable import Server

struct InvocationTests {
    @Test(arguments: [
        ["run", "start"], ["run"], ["run", "--help"], ["run", "--version"], ["run", "-c", "x"],
        ["run", "-c=x"], ["run", "start", "--cosmovisor-config", "x"], ["run", "--", "run"],
        ["run", ""], ["run", "--log-format", "json", "start"], ["run", "--cosmovisor-configs=x"],
    ])
    func `everything after run belongs to the daemon`(arguments: [String]) throws {
        let invocation = try Invocation(arguments: arguments)
        #expect(invocation.command == .run(Array(arguments.dropFirst())))
        #expect(invocation.flags == RootFlags())
    }

    @Test(arguments: [
        ["run", "--cosmovisor-config", "x", "start"], ["run", "-cosmovisor-config", "x", "start"],
        ["run", "--COSMOVISOR-CONFIG", "x", "start"], ["-c", "x", "run", "start"],
        ["--cosmovisor-config", "x", "run", "start"], ["-c=x", "run", "start"],
        ["--cosmovisor-config=x", "run", "start"], ["run", "--cosmovisor-config=x", "start"],
        ["-c", "y", "run", "--cosmovisor-config", "x", "start"],
    ])
    func `the config flag is taken before the command and as the first of run`(
        arguments: [String]
    ) throws {
        let invocation = try Invocation(arguments: arguments)
        #expect(invocation.command == .run(["start"]))
        #expect(invocation.flags.configFile == "x")
    }

    @Test(arguments: [
        ["config", "--origins", "-c", "x"], ["-c=x", "config", "--origins"],
        ["config", "--cosmovisor-config=x", "--origins"],
    ])
    func `the other commands take it anywhere`(arguments: [String]) throws {
        let invocation = try Invocation(arguments: arguments)
        #expect(invocation.command == .other(["config", "--origins"]))
        #expect(invocation.flags.configFile == "x")
        let other = ["version", "--", "-c", "x"]
        #expect(try Invocation(arguments: other).command == .other(other))
    }

    @Test func `flags before the command may stand together`() throws {
        let invocation = try Invocation(
            arguments: ["--log-format", "json", "-c", "a=b", "run", "start"])
        #expect(invocation.flags.configFile == "a=b")
        #expect(invocation.flags.variables == [.logFormat: "json"])
        let equals = try Invocation(arguments: ["--log-format=journal", "config"])
        #expect(equals.flags.logFormat == "journal")
    }

    @Test(arguments: [["--cosmovisor-config", ""], ["--cosmovisor-config="]])
    func `an empty config file is none`(flag: [String]) throws {
        let invocation = try Invocation(arguments: ["run"] + flag + ["start"])
        #expect(invocation.command == .run(["start"]))
        #expect(invocation.flags.configFile == nil)
    }

    @Test(arguments: [
        ["run", "--cosmovisor-config"], ["--cosmovisor-config"], ["config", "--Cosmovisor-Config"],
    ])
    func `a config flag without a file is refused`(arguments: [String]) throws {
        let error = try #require(throws: InvocationError.self) {
            try Invocation(arguments: arguments)
        }
        #expect(error.description == "--cosmovisor-config requires an argument")
    }

    @Test(arguments: [[], ["init", "run"], ["help"], ["version", "--output", "json"], ["Run"]])
    func `the other commands keep their arguments`(arguments: [String]) throws {
        #expect(try Invocation(arguments: arguments).command == .other(arguments))
    }

    @Test(arguments: [
        (["start"], true), (["start", "--home", "/x"], true), (["--home", "/x", "start"], true),
        (["--home=/x", "start"], true), (["--trace", "start"], true),
        (["--a", "b", "-c", "d", "start"], true),
        ([], false), (["version"], false), (["tx", "start"], false), (["--help"], false),
        (["--home", "/x", "tx", "start"], false), (["--home=/x", "query", "start"], false),
        (["--", "start"], false), (["Start"], false), ([""], false), (["start2"], false),
    ])
    func `only a start command is supervised`(arguments: [String], expected: Bool) {
        #expect(isSupervised(arguments, startCommands: ["start"]) == expected)
    }

    @Test func `the start commands are the operator's to name`() {
        #expect(isSupervised(["rollapp"], startCommands: ["start", "rollapp"]))
        #expect(!isSupervised(["start"], startCommands: ["rollapp"]))
    }
}
