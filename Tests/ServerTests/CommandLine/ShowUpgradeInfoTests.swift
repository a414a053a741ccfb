import Glibc
import Testing

@testable import Server

struct ShowUpgradeInfoTests {
    private let temporary: TemporaryHome

    init() throws {
        temporary = try TemporaryHome()
        try temporary.makeFolder("data")
    }

    private func show() throws -> SwitchyardProcess {
        try SwitchyardProcess(["show-upgrade-info"], environment: temporary.environment)
    }

    private var file: String { temporary.home.planFile }

    @Test(arguments: [#"{"name":"v2","height":5}"#, "", "no JSON \u{1b}", "two\nlines\n"])
    func `the bytes are shown as they are`(text: String) throws {
        try temporary.write(text, to: "data/upgrade-info.json")
        let result = try show()
        #expect(result.code == 0 && result.errors.isEmpty)
        #expect(result.output == text + "\n")
    }

    @Test func `without a file it says so, and that is no error`() throws {
        let result = try show()
        #expect(result.code == 0 && result.errors.isEmpty)
        #expect(result.output == "No upgrade info found at \(file)\n")
    }

    @Test func `a pipe, a folder, a link and a huge file are named, and never waited for`() throws {
        func refused(_ why: String) throws {
            let result = try show()
            #expect(result.code == 1 && result.output.isEmpty)
            #expect(result.errors.hasPrefix("Error: \"\(file)\" cannot be shown: it is \(why)"))
        }
        #expect(mkfifo(file, 0o600) == 0)
        try refused("a named pipe")
        unlink(file)
        #expect(symlink("/etc/passwd", file) == 0)
        try refused("a symbolic link")
        unlink(file)
        #expect(mkdir(file, 0o700) == 0)
        try refused("a folder")
        rmdir(file)
        try temporary.write("", to: "data/upgrade-info.json")
        #expect(truncate(file, 1 << 40) == 0)
        try refused("too large")
    }

    @Test func `a home is needed`() throws {
        let result = try SwitchyardProcess(["show-upgrade-info"], environment: [:])
        #expect(result.code == 1)
        #expect(result.errors.contains("DAEMON_HOME is not set"))
    }
}
