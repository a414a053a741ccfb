import ArgumentParser

/// Shows the effective configuration and where each value comes from.
struct ConfigCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show the effective configuration and where each value comes from.")

    func run(in program: Program) throws -> Int32 {
        let configuration = try Configuration(environment: program.environment)
        try configuration.checkLayout()
        for warning in configuration.warnings { Output.errors.line("Warning: " + warning) }
        Output.standard.line(configuration.listing)
        return 0
    }
}
