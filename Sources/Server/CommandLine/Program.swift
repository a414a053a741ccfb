import ArgumentParser
import Supervisor

/// One run of the executable: which command it is, and its exit code.
struct Program {
    /// Without the program's name.
    let arguments: [String]
    let environment: [String: String]
    /// Those before the command.
    private(set) var flags = RootFlags()

    init(arguments: [String], environment: [String: String]) {
        self.arguments = arguments
        self.environment = environment
    }

    /// - Returns: the exit code: 0 or 1, as Cosmovisor's; a daemon that is run has its own.
    func run() -> Int32 {
        do {
            let invocation = try Invocation(arguments: arguments)
            var program = self
            program.flags = invocation.flags
            switch invocation.command {
            case .run(let arguments): return try program.runDaemon(arguments)
            case .other(let arguments): return try program.runCommand(arguments)
            }
        } catch {
            return fail("\(error)")
        }
    }

    /// What every command takes its settings from.
    private func sources() throws(ConfigurationErrors) -> ConfigurationSources {
        try ConfigurationSources(
            flags: flags.variables, environment: environment, configFile: flags.configFile)
    }

    /// - Throws: everything that is wrong with any setting.
    func configuration() throws(ConfigurationErrors) -> Configuration {
        try Configuration(sources())
    }

    /// Of a command that needs to know where the node is, and no more.
    ///
    /// Who may use the API's socket need not be one who may look into the home: a config file there
    /// that is closed to this user is passed over, with a warning.
    func configurationOfHome() throws(ConfigurationErrors) -> Configuration {
        do throws(ConfigurationErrors) {
            return try Configuration(onlyHomeFrom: sources())
        } catch {
            let isForbidden = error.problems.contains { $0.isForbidden }
            guard isForbidden, flags.configFile == nil else { throw error }
            var configuration = try configurationWithoutFile()
            configuration.warnings += error.problems.map(\.message)
            return configuration
        }
    }

    /// The same of the environment alone.
    func configurationWithoutFile() throws(ConfigurationErrors) -> Configuration {
        try Configuration(
            onlyHomeFrom: ConfigurationSources(flags: flags.variables, environment: environment))
    }

    private func runDaemon(_ daemonArguments: [String]) throws -> Int32 {
        let configuration: Configuration
        do throws(ConfigurationErrors) {
            configuration = try self.configuration()
        } catch {
            Notifier.failed(CommandFailure(error.description))
            throw error
        }
        if isSupervised(daemonArguments, startCommands: configuration.startCommands) {
            return try supervise(configuration, daemonArguments)
        }
        try configuration.checkLayout()
        throw Execution(
            binary: try configuration.home.currentBinary(), arguments: daemonArguments,
            environment: environment
        ).replaceProcess()
    }

    /// What keeps a node from being supervised is told to systemd too.
    private func supervise(
        _ configuration: Configuration, _ daemonArguments: [String]
    ) throws -> Int32 {
        do {
            try configuration.checkLayoutToSupervise()
            return try Supervision(
                configuration: configuration, daemonArguments: daemonArguments,
                environment: environment
            ).run()
        } catch {
            Notifier.failed(error as? CommandFailure ?? CommandFailure("\(error)"))
            throw error
        }
    }

    private func runCommand(_ arguments: [String]) throws -> Int32 {
        if HelpText.isAsked(by: arguments) {
            Output.standard.line(HelpText.text.spelledForProcess)
            return 0
        }
        do {
            var command = try RootCommand.parseAsRoot(arguments)
            guard let command = command as? any ProgramCommand else {
                try command.run()
                return 0
            }
            return try command.run(in: self)
        } catch let failure as CommandFailure {
            return fail(failure.description)
        } catch let errors as ConfigurationErrors {
            return fail(errors.description)
        } catch {
            return report(error)
        }
    }

    /// What the argument parser ends with: help that was asked for, or a mistake.
    private func report(_ error: any Error) -> Int32 {
        let text = RootCommand.fullMessage(for: error).spelledForProcess
        guard !RootCommand.exitCode(for: error).isSuccess else {
            Output.standard.line(text)
            return 0
        }
        Output.errors.line(text)
        return 1
    }

    private func fail(_ message: String) -> Int32 {
        Output.errors.line("Error: " + message.spelledForProcess)
        return 1
    }
}

/// A command that needs the environment it runs in.
protocol ProgramCommand: ParsableCommand {
    /// - Returns: the exit code.
    func run(in program: Program) throws -> Int32
}
