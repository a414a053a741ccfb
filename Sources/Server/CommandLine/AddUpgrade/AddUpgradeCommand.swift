import ArgumentParser
import CLinux
import Supervisor

/// Cosmovisor's command: puts a binary in the folder of its upgrade.
struct AddUpgradeCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-upgrade",
        abstract: "Put a binary in the folder of its upgrade, and set a height for it.",
        discussion: """
            The chain decides when it is switched to, unless --upgrade-height does. May be run again: \
            a binary that is there already is left as it is.
            """)

    @Flag(help: "Replace another binary that is there, and another height that was set.")
    var force = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Switch at this height, whether the chain asks for it or not.", valueName: "height"))
    var upgradeHeight: Int64?

    @Argument(help: ArgumentHelp("The upgrade's name, as the chain has it.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("The new binary.", valueName: "path to executable"))
    var executable: String

    func run(in program: Program) throws -> Int32 {
        // A signal ends the command: what it was writing lies aside, and the next one takes its place.
        clinux_reset_signals()
        let configuration = try program.homeConfiguration()
        let addition = try UpgradeAddition(
            name: name, path: executable, height: upgradeHeight,
            case: configuration.home.letterCase)
        return try AddingUpgrades(
            [addition], configuration: configuration, isForced: force
        ).run()
    }
}
