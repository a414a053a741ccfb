import ArgumentParser
import Supervisor

/// Release manifests: what a publisher makes and an operator checks.
struct ManifestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manifest",
        abstract: "Make and check the manifest of a release.",
        discussion: """
            A manifest names every file that a plan installs, for each platform, and is bound to \
            one plan of one chain. It is signed as any file is:

              switchyard manifest create --chain-id pion-1 --plan v2 --sequence 1 \\
                --platform linux/amd64=out/amd64 > v2.json
              ssh-keygen -Y sign -f <key> -n switchyard v2.json
              switchyard manifest verify v2.json --signers allowed_signers
            """,
        subcommands: [ManifestCreateCommand.self, ManifestVerifyCommand.self])
}

/// `linux/amd64=<path>` of an option.
struct PlatformPath: ExpressibleByArgument {
    let platform: String
    let path: String

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex,
            argument.index(after: sign) < argument.endIndex
        else { return nil }
        platform = String(argument[..<sign])
        path = String(argument[argument.index(after: sign)...])
    }

    var isFolder: Bool { (try? FileKind(at: path)) == .directory }
}
