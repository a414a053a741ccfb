import ArgumentParser
import Supervisor

/// One run of the executable: which command it is, and its exit code.
struct Program {
    /// Without the program's name.
    let arguments: [String]
    let environment: [String: String]

    /// - Returns: the exit code: 0 or 1, as Cosmovisor's; a daemon that is run has its own.
    func run() -> Int32 {
        do {
            let invocation = try Invocation(arguments: arguments)
            if let file = invocation.configFile {
                throw CommandFailure(
                    "--cosmovisor-config \(quoted(file)): config files are not supported yet; "
                        + "set its keys as environment variables, in capital letters")
            }
            switch invocation.command {
            case .run(let arguments): return try runDaemon(arguments)
            case .other(let arguments): return try runCommand(arguments)
            }
        } catch {
            return fail("\(error)")
        }
    }

    private func runDaemon(_ daemonArguments: [String]) throws -> Int32 {
        let configuration: Configuration
        do throws(ConfigurationErrors) {
            configuration = try Configuration(environment: environment)
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
