import FoundationEssentials
import Glibc
import Supervisor

/// A daemon's home in a folder of its own, which goes with its last reference.
final class TemporaryHome: Sendable {
    let path: String

    /// - Parameter parent: where the folder is made; another filesystem, for instance.
    init(in parent: String = "/tmp") throws {
        var template = Array("\(parent)/switchyard-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // A folder that stays behind in /tmp fails no test.
        try? FileManager.default.removeItem(atPath: path)
    }

    var home: Home { Home(path: path, daemonName: "dummyd") }

    /// The absolute path of a name below the home.
    subscript(_ name: String) -> String { path + "/" + name }

    /// Makes a folder below the home, and those above it.
    func makeFolder(_ name: String, mode: mode_t = 0o755) throws {
        try FileManager.default.createDirectory(
            atPath: self[name], withIntermediateDirectories: true)
        guard chmod(self[name], mode) == 0 else { throw SystemError("chmod", path: self[name]) }
    }

    /// Makes a file below the home, and the folders above it; an existing one keeps its inode.
    func write(_ bytes: some Sequence<UInt8>, to name: String, mode: mode_t = 0o644) throws {
        try makeParent(of: name)
        let file = try Descriptor(
            open(self[name], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600), call: "open",
            path: self[name])
        let bytes = Array(bytes)
        guard Glibc.write(file.number, bytes, bytes.count) == bytes.count else {
            throw SystemError("write", path: self[name])
        }
        guard fchmod(file.number, mode) == 0 else { throw SystemError("fchmod") }
    }

    func write(_ text: String, to name: String, mode: mode_t = 0o644) throws {
        try write(text.utf8, to: name, mode: mode)
    }

    /// Makes an executable `/bin/sh` script below the home.
    func writeScript(_ text: String, to name: String) throws {
        try write("#!/bin/sh\n" + text + "\n", to: name, mode: 0o755)
    }

    /// Makes a link below the home, with the given text.
    func makeLink(_ name: String, to target: String) throws {
        try makeParent(of: name)
        guard symlink(target, self[name]) == 0 else { throw SystemError("symlink", path: name) }
    }

    /// The content of a file below the home.
    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: self[name])), as: UTF8.self)
    }

    /// The text of a link below the home.
    func link(_ name: String) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: self[name])
    }

    /// Sorted names in a folder below the home.
    func names(in folder: String = ".") -> [String] {
        ProcFile.names(in: self[folder]).sorted()
    }

    /// Whether there is anything of that name below the home, be it a dangling link.
    func has(_ name: String) -> Bool {
        var status = Glibc.stat()
        return lstat(self[name], &status) == 0
    }

    /// What lstat(2) says of a name below the home.
    func status(_ name: String) throws -> stat {
        var status = Glibc.stat()
        guard lstat(self[name], &status) == 0 else { throw SystemError("lstat", path: name) }
        return status
    }

    private func makeParent(of name: String) throws {
        guard let slash = name.lastIndex(of: "/") else { return }
        let folder = String(name[..<slash])
        if !has(folder) { try makeFolder(folder) }
    }
}

/// The only bounded waits of these tests.
enum Eventually {
    struct NeverHeld: Error {
        let what: String
    }

    /// Looks every 5 ms until the condition holds.
    ///
    /// - Throws: `NeverHeld` when it does not within 2 minutes: hundreds of tests share two processors.
    static func holds(
        _ what: String, within limit: Duration = .seconds(120), _ condition: () throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while try !condition() {
            guard .now < deadline else { throw NeverHeld(what: what) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
