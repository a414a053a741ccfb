import Glibc
import Testing

@testable import Server

struct RunCommandTests {
    private func home(_ script: String) throws -> TemporaryHome {
        let home = try TemporaryHome()
        try home.writeScript(script, to: "cosmovisor/genesis/bin/dummyd")
        return home
    }

    @Test(arguments: [
        ["--help"], ["--version"], ["-c", "x"], ["tx", "bank", "--cosmovisor-config", "x"],
        ["keys", "add", "a  b", "", "--", "*"],
    ])
    func `a command that is not supervised gets its arguments verbatim`(
        arguments: [String]
    ) throws {
        let home = try home(#"for a in "$@"; do echo "<$a>"; done"#)
        let result = try SwitchyardProcess(["run"] + arguments, environment: home.environment)
        #expect(result.code == 0)
        #expect(result.output == arguments.map { "<\($0)>\n" }.joined())
        #expect(result.errors.isEmpty)
    }

    @Test func `it keeps its exit code, its environment and the working directory`() throws {
        let home = try home(#"echo "$0 $EXTRA"; pwd -P; exit 42"#)
        let environment = home.environment.merging(["EXTRA": "a=b"]) { $1 }
        let result = try SwitchyardProcess(["run", "version"], environment: environment)
        #expect(result.code == 42)
        var buffer = [CChar](repeating: 0, count: 4096)
        let ours = String(cString: try #require(getcwd(&buffer, buffer.count)))
        #expect(result.output == "\(home.home.genesis.binary) a=b\n\(ours)\n")
    }

    @Test func `it has no signal blocked or ignored`() throws {
        // Not a script: shells clear the mask by themselves.
        let home = try TemporaryHome()
        try home.makeFolder("cosmovisor/genesis/bin")
        #expect(symlink("/bin/grep", home.home.genesis.binary) == 0)
        let result = try SwitchyardProcess(
            ["run", "-E", "^Sig(Blk|Ign)", "/proc/self/status"], environment: home.environment)
        let masks = result.output.split(separator: "\n").map { line in
            UInt64(line.split(separator: "\t").last ?? "", radix: 16)
        }
        // glibc keeps 32 and 33 for itself; a shell that ignores them cannot be undone.
        let reserved: UInt64 = 0b11 << 31
        #expect(masks.map { $0.map { $0 & ~reserved } } == [0, 0])
    }

    @Test func `the binary is the one that current leads to`() throws {
        let home = try home("echo genesis")
        try home.writeScript("echo second", to: "cosmovisor/upgrades/v2/bin/dummyd")
        let before = try SwitchyardProcess(["run", "version"], environment: home.environment)
        #expect(before.output == "genesis\n")
        #expect(symlink("upgrades/v2", home.home.current) == 0)
        let after = try SwitchyardProcess(["run", "version"], environment: home.environment)
        #expect(after.output == "second\n")
    }

    @Test func `a link that leads nowhere never becomes genesis`() throws {
        let home = try home("echo genesis")
        #expect(symlink("upgrades/gone", home.home.current) == 0)
        let result = try SwitchyardProcess(["run", "version"], environment: home.environment)
        #expect(result.code == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("leads nowhere"))
    }

    @Test(arguments: [
        (mode_t(0o644), "#!/bin/sh\n", "chmod a+x"), (0o755, "#!/no/such/shell\n", "interpreter"),
        (0o755, "text", "neither a program"), (0, "", "does not exist"),
    ])
    func `a binary that cannot be run is explained`(
        mode: mode_t, content: String, reason: String
    ) throws {
        let home = try TemporaryHome()
        try home.makeFolder("cosmovisor/genesis/bin")
        if mode != 0 { try home.write(content, to: "cosmovisor/genesis/bin/dummyd", mode: mode) }
        let result = try SwitchyardProcess(["run", "version"], environment: home.environment)
        #expect(result.code == 1)
        #expect(result.errors.hasPrefix("Error: cannot run \"\(home.home.genesis.binary)\": "))
        #expect(result.errors.contains(reason))
    }

    @Test func `a release that lacks its binary is told with the command that places one`() throws {
        let home = try home("echo genesis")
        try home.makeFolder("cosmovisor/upgrades/v2/bin")
        #expect(symlink("upgrades/v2", home.home.current) == 0)
        let result = try SwitchyardProcess(["run", "version"], environment: home.environment)
        #expect(result.code == 1 && result.output.isEmpty)
        #expect(
            result.errors.contains("/upgrades/v2/bin/dummyd\": it does not exist; `switchyard add"))
    }

    @Test func `the node is not started without its data`() throws {
        let home = try home("echo never")
        let result = try SwitchyardProcess(["run", "start"], environment: home.environment)
        #expect(result.code == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("/data\" must be an existing directory"))
    }
}
