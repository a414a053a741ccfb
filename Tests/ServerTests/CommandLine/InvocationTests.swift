import Testing

@testable import Server

struct InvocationTests {
    @Test(arguments: [
        ["run", "start"], ["run"], ["run", "--help"], ["run", "--version"], ["run", "-c", "x"],
        ["run", "--cosmovisor-config=x", "start"], ["run", "start", "--cosmovisor-config", "x"],
        ["run", "--", "run"], ["run", ""],
    ])
    func `everything after run belongs to the daemon`(arguments: [String]) throws {
        let invocation = try Invocation(arguments: arguments)
        #expect(invocation.command == .run(Array(arguments.dropFirst())))
        #expect(invocation.configFile == nil)
    }

    @Test(arguments: [
        ["run", "--cosmovisor-config", "x", "start"], ["run", "-cosmovisor-config", "x", "start"],
        ["run", "--COSMOVISOR-CONFIG", "x", "start"], ["-c", "x", "run", "start"],
        ["--cosmovisor-config", "x", "run", "start"],
        ["-c", "y", "run", "--cosmovisor-config", "x", "start"],
    ])
    func `Cosmovisor's own flag is taken where Cosmovisor takes it`(arguments: [String]) throws {
        let invocation = try Invocation(arguments: arguments)
        #expect(invocation.command == .run(["start"]))
        #expect(invocation.configFile == "x")
    }

    @Test func `an empty config file is none`() throws {
        let invocation = try Invocation(arguments: ["run", "--cosmovisor-config", "", "start"])
        #expect(invocation.command == .run(["start"]))
        #expect(invocation.configFile == nil)
    }

    @Test func `a config flag without a file is refused`() {
        #expect(throws: InvocationError.missingConfigFile("--cosmovisor-config")) {
            try Invocation(arguments: ["run", "--cosmovisor-config"])
        }
        #expect(
            InvocationError.missingConfigFile("--cosmovisor-config").description
                == "--cosmovisor-config requires an argument")
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
