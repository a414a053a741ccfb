import ArgumentParser
import FoundationEssentials
import Supervisor

/// Writes the manifest of what lies in folders.
struct ManifestCreateCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Print the manifest of a release.",
        discussion: """
            A platform's path is a folder as the release installs it, with bin/<daemon> and \
            whatever else comes along, or the executable alone, and then --daemon names it. Of an \
            archive, name the folder that it unpacks to as the platform, and the archive itself \
            with --download.
            """)

    @Option(help: "The chain's id, as its genesis has it.")
    var chainID: String

    @Option(help: "The plan's name, as the chain has it.")
    var plan: String

    @Option(
        help: "From 1, and higher than in any manifest of this chain that is to be replaced.")
    var sequence: Int64

    @Option(
        help: ArgumentHelp(
            "It does not count before, such as 2027-01-31 or 2027-01-31T12:00:00Z.",
            valueName: "when"))
    var notBefore: String?

    @Option(help: ArgumentHelp("It does not count from then on.", valueName: "when"))
    var expiresAt: String?

    @Option(
        name: .customLong("platform"),
        help: ArgumentHelp(
            "Such as linux/amd64=out/amd64; one for each platform.", valueName: "name=path"))
    var platforms: [PlatformPath]

    @Option(
        name: .customLong("download"),
        help: ArgumentHelp(
            "An archive or executable that brings exactly the platform's files.",
            valueName: "name=file"))
    var downloads: [PlatformPath] = []

    @Option(help: "The file name of the executable, where a platform is that alone.")
    var daemon: String?

    func run(in program: Program) throws -> Int32 {
        var listed: [String: ReleaseManifest.Platform] = [:]
        for platform in platforms {
            guard listed[platform.platform] == nil else {
                throw CommandFailure("--platform names \(quoted(platform.platform)) twice")
            }
            listed[platform.platform] = .init(files: try files(of: platform))
        }
        for download in downloads {
            guard listed[download.platform] != nil else {
                throw CommandFailure(
                    "--download is for \(quoted(download.platform)), and no --platform is")
            }
            let content = try Self.found { () throws(InstalledFilesError) in
                try InstalledFiles.content(of: download.path)
            }
            listed[download.platform]?.downloads.append(content)
        }
        Output.standard.line(String(try manifest(listed).json.dropLast()))
        return 0
    }

    private func manifest(
        _ platforms: [String: ReleaseManifest.Platform]
    ) throws -> ReleaseManifest {
        let begin = try notBefore.map { try Self.moment($0, "--not-before") }
        let end = try expiresAt.map { try Self.moment($0, "--expires-at") }
        do throws(ReleaseManifestError) {
            return try ReleaseManifest(
                chainID: chainID, plan: plan, sequence: sequence, notBefore: begin,
                expiresAt: end, platforms: platforms)
        } catch {
            throw CommandFailure("this makes no manifest: \(escaped("\(error)"))")
        }
    }

    private func files(of platform: PlatformPath) throws -> [String: ReleaseManifest.Content] {
        guard !platform.isFolder else {
            return try Self.found { () throws(InstalledFilesError) in
                try InstalledFiles.below(platform.path)
            }.filter { !ReleaseManifest.notInstalled.contains($0.key) }
        }
        guard let daemon else {
            throw CommandFailure(
                "\(quoted(platform.path)) is no folder: --daemon must say what the executable is "
                    + "called in bin/")
        }
        let content = try Self.found { () throws(InstalledFilesError) in
            try InstalledFiles.executable(at: platform.path)
        }
        return ["bin/" + daemon: content]
    }

    private static func found<Value>(
        _ body: () throws(InstalledFilesError) -> Value
    ) throws -> Value {
        do throws(InstalledFilesError) {
            return try body()
        } catch {
            throw CommandFailure(escaped("\(error)"))
        }
    }

    private static func moment(_ text: String, _ option: String) throws -> Date {
        guard let date = Date(rfc3339: text), date.timeIntervalSince1970 >= 0 else {
            throw CommandFailure(
                "\(option) must be a moment such as 2027-01-31 or 2027-01-31T12:00:00Z, "
                    + "got \(quoted(text))")
        }
        return Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down))
    }
}
