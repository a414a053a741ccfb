import FoundationEssentials
import Glibc
import Supervisor

/// A daemon's home in a folder of its own, which goes with its last reference.
final class TemporaryHome: Sendable {
    let path: String
    let daemonName = "dummyd"

    init() throws {
        var template = Array("/tmp/switchyard-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // A folder that stays behind in /tmp fails no test.
        try? FileManager.default.removeItem(atPath: path)
    }

    var home: Home { Home(path: path, daemonName: daemonName) }

    /// What an operator would set, and nothing else.
    var environment: [String: String] {
        ["DAEMON_HOME": path, "DAEMON_NAME": daemonName, "PATH": "/usr/bin:/bin"]
    }

    /// Makes a folder below the home.
    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: path + "/" + name, withIntermediateDirectories: true)
    }

    /// Makes a file below the home, and the folders above it.
    func write(_ text: String, to name: String, mode: mode_t = 0o644) throws {
        if let slash = name.lastIndex(of: "/") { try makeFolder(String(name[..<slash])) }
        try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
        guard chmod(path + "/" + name, mode) == 0 else { throw SystemError("chmod") }
    }

    /// Makes an executable `/bin/sh` script below the home.
    func writeScript(_ text: String, to name: String) throws {
        try write("#!/bin/sh\n" + text + "\n", to: name, mode: 0o755)
    }

    /// The content of a file below the home.
    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path + "/" + name)), as: UTF8.self)
    }

    /// The text of a link below the home.
    func link(_ name: String) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: path + "/" + name)
    }
}
