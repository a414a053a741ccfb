import Glibc
import Logging
import Supervisor

/// Writes the effective configuration to `cosmovisor/config.toml`; asks before it replaces one.
///
/// Question and messages are those of Cosmovisor's `init`, which scripts answer and read.
struct ConfigExport {
    let configuration: Configuration
    let logger: Logger

    private var path: String { configuration.home.configFile }

    func run() throws(CommandFailure) {
        do throws(SystemError) {
            if try FileKind(ofLinkAt: path) != .missing, !mayOverwrite() {
                logger.info("file already exists, not overriding")
                return
            }
            // For the node's user, too, where root has made it.
            try DurableFile.replace(path, with: configuration.fileText.utf8, mode: 0o644)
        } catch {
            throw CommandFailure("failed to export configuration: \(escaped("\(error)"))")
        }
        logger.info("cosmovisor config.toml created at: \(escaped(path))")
    }

    /// Only `y` is yes; who does not answer, as nobody does who is no human, keeps the file.
    private func mayOverwrite() -> Bool {
        Output.standard.text(
            "file \(escaped(path)) already exists, do you want to overwrite it? [y/n]: ")
        guard let answer = Self.answer() else {
            Output.standard.text("\n")
            return false
        }
        return answer.lowercased() == "y"
    }

    /// The first word on standard input, up to the end of its line; nil at its end.
    private static func answer() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < 1024 {
            let count = read(0, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return bytes.isEmpty ? nil : word(of: bytes) }
            guard byte != UInt8(ascii: "\n") else { break }
            bytes.append(byte)
        }
        return word(of: bytes)
    }

    private static func word(of bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).split { " \t\r".contains($0) }.first.map(String.init)
            ?? ""
    }
}
