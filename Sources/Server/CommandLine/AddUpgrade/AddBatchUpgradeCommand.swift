import ArgumentParser
import CLinux
import Glibc
import Supervisor

/// Cosmovisor's command: adds several upgrades, each with its height.
struct AddBatchUpgradeCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-batch-upgrade",
        abstract: "Put the binaries of several upgrades in place, each with its height.",
        discussion: """
            Everything is looked at before anything is written, and all that is wrong is said at \
            once. Binaries that are there are replaced.
            """)

    @Option(
        help: ArgumentHelp(
            "CSV without a head: name, path, height.", valueName: "csv"))
    var upgradeFile: String?

    @Option(
        help: ArgumentHelp(
            "Items with a comma between them; may be repeated.", valueName: "name:path:height"))
    var upgradeList: [String] = []

    func validate() throws {
        guard upgradeFile == nil || upgradeList.isEmpty else {
            throw ValidationError(
                "--upgrade-file and --upgrade-list are two sources; give one of them")
        }
        guard upgradeFile != nil || !upgradeList.isEmpty else {
            throw ValidationError("either --upgrade-file or --upgrade-list must be provided")
        }
    }

    func run(in program: Program) throws -> Int32 {
        // A signal ends the command: what it was writing lies aside, and the next one takes its place.
        clinux_reset_signals()
        let configuration = try program.homeConfiguration()
        let list = BatchList(try records, case: configuration.home.letterCase)
        return try AddingUpgrades(
            list.additions, configuration: configuration, isForced: true, problems: list.problems
        ).run()
    }

    private var records: [BatchRecord] {
        get throws {
            guard let upgradeFile else { return BatchRecord.records(inList: upgradeList) }
            return try BatchRecord.records(in: try Self.text(of: upgradeFile), from: upgradeFile)
        }
    }

    /// What a shell passes as `<(…)` is a pipe, and read to its end.
    private static func text(of path: String) throws -> [UInt8] {
        let file = try Descriptor(open(path, O_RDONLY | O_CLOEXEC), call: "open", path: path)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = read(file.number, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read", path: path) }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
            guard bytes.count <= 1 << 20 else { throw SystemError("read", path: path, code: EFBIG) }
        }
    }
}
