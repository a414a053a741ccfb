import FoundationEssentials
import Glibc

/// A copy of `switchyard` with a script beside it that poses as `switchyard-stage`.
final class FalseStage {
    let folder: String

    init() async throws {
        var template = Array("/tmp/switchyard-false-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessError("mkdtemp") }
        folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // By a program of its own, so that no descriptor of it was ever ours.
        _ = try await shell("cp \"$SWITCHYARD\" '\(folder)/switchyard'")
        try Data(Self.script.utf8).write(to: URL(filePath: folder + "/switchyard-stage"))
        chmod(folder + "/switchyard-stage", 0o755)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    var switchyard: String { folder + "/switchyard" }

    /// From the next run on.
    ///
    /// - Parameter act: Lines of shell; `$order` is what it was told, 3 and 4 are open.
    func act(_ act: String) throws {
        try Data(act.utf8).write(to: URL(filePath: folder + "/act.new"))
        guard rename(folder + "/act.new", folder + "/act") == 0 else {
            throw HarnessError("rename")
        }
    }

    private static let script = """
        #!/bin/sh
        PATH=/usr/bin:/bin
        read -r order
        finish() { echo '{"finished":{}}'; }
        . "${0%/*}/act"
        """
}
