import ArgumentParser
import Logging
import Supervisor

/// Makes the folders of a home, with a first binary.
struct InitCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the folders below DAEMON_HOME, with a first binary.",
        discussion: """
            Copies the executable to cosmovisor/genesis/bin unless a binary is there already, makes \
            the link `current`, and writes the settings to cosmovisor/config.toml; asks before it \
            replaces one. May be run again at any time.
            """)

    @Argument(help: ArgumentHelp("The daemon's first binary.", valueName: "path to executable"))
    var executable: String = ""

    func run(in program: Program) throws -> Int32 {
        try GenesisSetup.check(executable: executable)
        let configuration = try program.configuration()
        let logger = Logger(settings: configuration.log)
        for concern in configuration.concerns(stoppedBy: .none) { logger.warning("\(concern)") }
        try GenesisSetup(home: configuration.home, executable: executable, logger: logger).run()
        try ConfigExport(configuration: configuration, logger: logger).run()
        return 0
    }
}
