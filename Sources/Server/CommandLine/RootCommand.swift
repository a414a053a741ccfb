import ArgumentParser

/// The commands other than `run`, which the argument parser never sees.
struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: ProgramName.ofProcess.rawValue,
        abstract: "Runs a blockchain node and switches its binary at the upgrade height.",
        usage: """
            \(ProgramName.ofProcess.rawValue) [--cosmovisor-config <file>] [--log-format <format>] <command>
            \(ProgramName.ofProcess.rawValue) run <arguments of the daemon>
            """,
        version: Version.number,
        subcommands: [
            InitCommand.self, ConfigCommand.self, PreflightCommand.self, PrepareCommand.self,
            PrepareUpgradeCommand.self, AddUpgradeCommand.self, AddBatchUpgradeCommand.self,
            ShowUpgradeInfoCommand.self, TokenCommand.self, ManifestCommand.self,
            VersionCommand.self, CompletionCommand.self, StopOrphanCommand.self,
        ])

    /// The commands that have a help text of their own.
    static var names: [String] {
        configuration.subcommands.compactMap { $0.configuration.commandName }
    }
}
