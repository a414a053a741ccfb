import ArgumentParser

/// Shows our version and the daemon's.
struct VersionCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Show the version of switchyard and of the daemon.")

    @Option(name: .shortAndLong, help: "text or json; anything else counts as text.")
    var output = "text"

    @Flag(help: "Leave out the daemon's version. No environment is needed then.")
    var cosmovisorOnly = false

    @Argument(help: "Passed to the daemon's version command; flags go after --.")
    var arguments: [String] = []

    func run(in program: Program) throws -> Int32 {
        if output == "json" { return try printJSON(in: program) }
        Output.standard.line("\(ProgramName.ofProcess.rawValue) version: \(Version.number)")
        if cosmovisorOnly { return 0 }
        let daemon = try daemon(["version"] + arguments, in: program)
        let end = try daemon.run()
        guard end == .exited(0) else { throw Self.failure("\(end)") }
        return 0
    }

    private func printJSON(in program: Program) throws -> Int32 {
        let number = "\"\(Version.number)\""
        let own = "\"switchyard_version\":\(number),\"cosmovisor_version\":\(number)"
        if cosmovisorOnly {
            Output.standard.line("{\(own)}")
            return 0
        }
        let arguments = ["version", "--long", "--output", "json"] + arguments
        let (end, bytes) = try daemon(arguments, in: program).output()
        guard end == .exited(0) else { throw Self.failure("\(end)") }
        guard let version = CompactJSON(object: bytes) else {
            throw Self.failure("expected valid json from APP, got \(Self.excerpt(bytes))")
        }
        Output.standard.line("{\(own),\"app_version\":\(version.text)}")
        return 0
    }

    private func daemon(_ arguments: [String], in program: Program) throws -> Execution {
        do {
            let configuration = try program.configuration()
            try configuration.checkLayout()
            return Execution(
                binary: try configuration.home.currentBinary(), arguments: arguments,
                environment: program.environment)
        } catch {
            throw Self.failure("\(error)")
        }
    }

    private static func failure(_ reason: String) -> CommandFailure {
        CommandFailure("failed to run version command: \(reason)")
    }

    private static func excerpt(_ bytes: [UInt8]) -> String {
        quoted(String(decoding: bytes.prefix(200), as: UTF8.self))
    }
}
