import ArgumentParser
import Supervisor

/// Shows the effective configuration.
struct ConfigCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show the effective configuration, and warn of what in it can hurt.",
        discussion: """
            Flags win over variables, those over the config file: the one that --cosmovisor-config \
            names, or else <DAEMON_HOME>/cosmovisor/config.toml if it is there.
            """)

    @Flag(help: "Show where each value comes from: default, environment, flag, or file and line.")
    var origins = false

    func run(in program: Program) throws -> Int32 {
        let configuration = try program.configuration()
        try configuration.checkLayout()
        let manager = ServiceManager.present(program.environment)
        for concern in configuration.concerns(stoppedBy: manager) {
            Output.errors.line("Warning: " + concern)
        }
        Output.standard.line(
            origins ? configuration.listingWithOrigins : configuration.listing)
        return 0
    }
}
