import ArgumentParser
import FoundationEssentials
import Supervisor

/// Says of a manifest what holds and what does not.
struct ManifestVerifyCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a manifest, its signatures and the files it lists.",
        discussion: """
            Each line of the output says ok or no. The end is 0 only if all of them say ok; so each \
            signature that is named must count, even if fewer would do.
            """)

    @Argument(help: "The manifest, as `switchyard manifest create` prints it.")
    var manifest: String

    @Option(help: "Who may sign: a file in the format of ssh-keygen(1), ALLOWED SIGNERS.")
    var signers: String

    @Option(
        name: .customLong("signature"),
        help: ArgumentHelp(
            "A signature of `ssh-keygen -Y sign -n switchyard`; may be repeated. "
                + "Otherwise <manifest>.sig.", valueName: "file"))
    var signatures: [String] = []

    @Option(help: "How many signers must vouch for it.")
    var threshold = 1

    @Option(
        name: .customLong("platform"),
        help: ArgumentHelp(
            "What is to be installed: a folder, or a download; may be repeated.",
            valueName: "name=path"))
    var platforms: [PlatformPath] = []

    @Option(help: "The chain that it must be for.")
    var chainID: String?

    @Option(help: "The plan that it must be for.")
    var plan: String?

    func validate() throws {
        guard threshold >= 1 else { throw ValidationError("--threshold must be at least 1") }
    }

    func run(in program: Program) throws -> Int32 {
        let bytes = try Self.read(manifest, limit: 1 << 20)
        let allowed: AllowedSigners
        do throws(AllowedSignersError) {
            allowed = try AllowedSigners(contentsOf: signers)
        } catch {
            throw CommandFailure(escaped("\(error)"))
        }
        let now = Date.now
        var report = ManifestReport()
        report.check(
            try (signatures.isEmpty ? [manifest + ".sig"] : signatures).map { path in
                (path, try Self.read(path, limit: 64 * 1024))
            }, of: bytes, signers: allowed, threshold: threshold, at: now)
        if let manifest = report.read(bytes) {
            report.check(manifest, chainID: chainID, plan: plan, at: now)
            for platform in platforms { report.check(platform, manifest) }
        }
        for line in report.lines { Output.standard.line(line) }
        return report.holds ? 0 : 1
    }

    private static func read(_ path: String, limit: Int) throws -> [UInt8] {
        do throws(ForeignFileError) {
            return try ForeignFile.read(path, limit: limit).bytes
        } catch {
            throw CommandFailure("cannot read \(quoted(path)): \(error)")
        }
    }
}
