import ArgumentParser

/// Prints what a shell needs to complete our commands.
struct CompletionCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a script that completes commands in a shell.",
        discussion: """
            bash: eval "$(switchyard completion bash)"
            zsh:  switchyard completion zsh > a file named _switchyard in a folder of $fpath
            fish: switchyard completion fish | source
            """.spelledForProcess)

    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish

        var shell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run(in program: Program) throws -> Int32 {
        Output.standard.line(CompletedCommand.completionScript(for: shell.shell))
        return 0
    }
}

/// All commands, also `run`, which the parser never sees, for a shell to complete.
private struct CompletedCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: ProgramName.ofProcess.rawValue,
            subcommands: [RunCommand.self] + RootCommand.configuration.subcommands)
    }

    struct RunCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Run the daemon with the arguments that follow.")

        @Argument(parsing: .captureForPassthrough, completion: .default)
        var arguments: [String] = []
    }
}

extension String {
    /// Our commands in it under the name that we were called by.
    var spelledForProcess: String { ProgramName.ofProcess.spelled(self) }
}
