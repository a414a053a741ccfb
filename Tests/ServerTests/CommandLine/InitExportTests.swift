import Glibc
import Testing

@testable import Server

/// `init` and the config.toml that it leaves: the rows of Cosmovisor's WithOverrideCfg, and ours.
struct InitExportTests {
    private func initialize(
        _ home: TemporaryHome, _ more: [String: String] = [:], input: String = ""
    ) throws -> SwitchyardProcess {
        try SwitchyardProcess(
            ["init", "/bin/sh"], environment: home.environment.merging(more) { $1 }, input: input)
    }

    private func question(_ home: TemporaryHome) -> String {
        "file \(home.home.configFile) already exists, do you want to overwrite it? [y/n]: "
    }

    @Test func `the file that is left is read again with the same meaning`() throws {
        let home = try TemporaryHome()
        let more = ["DAEMON_SHUTDOWN_GRACE": "90s", "COSMOVISOR_TIMEFORMAT_LOGS": ""]
        #expect(try initialize(home, more).code == 0)
        let before = try SwitchyardProcess(
            ["config"], environment: home.environment.merging(more) { $1 })
        let file = home.home.configFile
        let after = try SwitchyardProcess(["-c", file, "config"], environment: [:])
        #expect(after.code == 0)
        #expect(after.output == before.output)
        #expect(after.output.contains("\n  DAEMON_SHUTDOWN_GRACE: 1m30s\n"))
        #expect(try FileKind(ofLinkAt: file + ".new") == .missing)
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o644)
    }

    @Test func `with root and link elsewhere all goes there`() throws {
        let home = try TemporaryHome()
        let more = [
            "SWITCHYARD_ROOT": home.path + "/tree",
            "SWITCHYARD_CURRENT": home.path + "/state/current",
        ]
        #expect(try initialize(home, more).code == 0)
        #expect(try home.link("state/current") == home.path + "/tree/genesis")
        #expect(try FileKind(at: home.path + "/tree/config.toml") == .regular)
        #expect(try FileKind(at: home.home.root) == .missing)
        let root = home.environment.merging(["SWITCHYARD_ROOT": home.path + "/tree"]) { $1 }
        let config = try SwitchyardProcess(["config", "--origins"], environment: root)
        #expect(config.code == 0)
        #expect(
            config.output.contains(
                "  SWITCHYARD_CURRENT: \(home.path)/state/current (\"\(home.path)/"))
        let run = try SwitchyardProcess(["run", "-c", "echo ran"], environment: root)
        #expect(run.output == "ran\n")
        let token = try SwitchyardProcess(
            ["token", "create", "--scope", "read"], environment: root)
        #expect(token.code == 0)
        #expect(try FileKind(at: home.path + "/state/.switchyard/tokens") == .regular)
    }

    @Test(arguments: ["", "n\n", "yes\n", "\ny\n", "N", "ny\n"])
    func `a file that is there is kept unless the answer is y`(answer: String) throws {
        let home = try TemporaryHome()
        try home.write("# mine\n", to: "cosmovisor/config.toml")
        let result = try initialize(home, input: answer)
        #expect(result.code == 0)
        #expect(result.output.contains(question(home)))
        #expect(result.output.contains("file already exists, not overriding"))
        #expect(!result.output.contains("created at"))
        #expect(try home.read("cosmovisor/config.toml") == "# mine\n")
    }

    @Test(arguments: ["y", "Y\n", " y \nmore\n"])
    func `y replaces it`(answer: String) throws {
        let home = try TemporaryHome()
        try home.write("# mine\ndaemon_name = 'old'\n", to: "cosmovisor/config.toml")
        let result = try initialize(home, input: answer)
        #expect(result.code == 0)
        #expect(result.output.contains(question(home)))
        #expect(
            result.output.contains("cosmovisor config.toml created at: \(home.home.configFile)"))
        let text = try home.read("cosmovisor/config.toml")
        #expect(text.contains("\ndaemon_name = \"dummyd\"\n"))
        #expect(!text.contains("mine"))
    }
}
