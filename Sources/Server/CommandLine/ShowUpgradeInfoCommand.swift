import ArgumentParser
import Glibc
import Supervisor

/// Shows `data/upgrade-info.json` as it is.
struct ShowUpgradeInfoCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "show-upgrade-info",
        abstract: "Show data/upgrade-info.json, by which the chain asks for an upgrade.",
        discussion: """
            Prints the bytes that are there, whatever they say. Ends with 0 also when there is no \
            such file.
            """)

    func run(in program: Program) throws -> Int32 {
        let home = try program.homeConfiguration().home
        do throws(ForeignFileError) {
            let file = try ForeignFile.read(home.planFile, limit: Self.limit)
            Output.standard.bytes(file.bytes + [UInt8(ascii: "\n")])
        } catch .absent {
            Output.standard.line("No upgrade info found at \(escaped(home.planFile))")
        } catch {
            throw CommandFailure("\(quoted(home.planFile)) cannot be shown: \(error)")
        }
        return 0
    }

    /// Bytes; a real file has some hundred.
    private static let limit = 1 << 20
}

extension Program {
    /// What a command needs that asks for nothing but the home.
    func homeConfiguration() throws -> Configuration {
        let configuration = try configurationOfHome()
        for warning in configuration.warnings { Output.errors.line("Warning: " + warning) }
        return configuration
    }
}
