import Glibc
import Testing

@testable import Server

/// The rows of Cosmovisor's init_test, with the real executable.
struct InitCommandTests {
    private func initialize(
        _ home: TemporaryHome, _ arguments: [String], _ more: [String: String] = [:]
    ) throws -> SwitchyardProcess {
        try SwitchyardProcess(
            ["init"] + arguments, environment: home.environment.merging(more) { $1 })
    }

    @Test(arguments: [
        ([], [:], "no <path to executable> provided"),
        ([""], [:], "no <path to executable> provided"),
        (["/nowhere/dummyd"], [:], "executable file not found"),
        (["/"], [:], "must not be a directory"),
        (["/bin/sh"], ["DAEMON_NAME": ""], "DAEMON_NAME is not set"),
        (["/bin/sh"], ["DAEMON_HOME": ""], "DAEMON_HOME is not set"),
        (["/bin/sh"], ["DAEMON_HOME": "./home"], "DAEMON_HOME must be an absolute path"),
        (["/bin/sh", "/bin/sh"], [:], "/bin/sh"),
    ])
    func `a wrong call ends with its reason before anything is logged`(
        arguments: [String], more: [String: String], reason: String
    ) throws {
        let home = try TemporaryHome()
        let result = try initialize(home, arguments, more)
        #expect(result.code == 1)
        #expect(result.errors.hasPrefix("Error: "))
        #expect(result.errors.contains(reason))
        #expect(result.output.isEmpty)
        #expect(try FileKind(at: home.home.root) == .missing)
    }

    @Test func `a missing name and home are reported together`() throws {
        let home = try TemporaryHome()
        let result = try initialize(home, ["/bin/sh"], ["DAEMON_NAME": "", "DAEMON_HOME": ""])
        #expect(result.errors.contains("DAEMON_NAME is not set"))
        #expect(result.errors.contains("DAEMON_HOME is not set"))
    }

    @Test func `an empty home gets a binary and the link`() throws {
        let home = try TemporaryHome()
        try home.write("#!/bin/sh\necho first\n", to: "source")
        let result = try initialize(home, [home.path + "/source"])
        #expect(result.code == 0)
        #expect(result.errors.isEmpty)
        let binary = home.home.genesis.binary
        let messages = [
            "checking on the genesis/bin directory",
            "creating directory (and any parents): \"\(home.home.genesis.path)/bin\"",
            "checking on the genesis/bin executable",
            "copying executable into place: \"\(binary)\"",
            "making sure \"\(binary)\" is executable",
            "checking on the current symlink and creating it if needed",
            "the current symlink points to: \"\(binary)\"",
            "cosmovisor config.toml created at: \(home.home.configFile)",
        ]
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == messages.count)
        for (line, message) in zip(lines, messages) {
            #expect(line.contains(" INF " + message + " module=switchyard"))
        }
        #expect(try home.link("cosmovisor/current") == "genesis")
        #expect(try home.read("cosmovisor/genesis/bin/dummyd") == "#!/bin/sh\necho first\n")
        #expect(access(binary, X_OK) == 0)
        var status = stat()
        #expect(stat(home.home.root, &status) == 0)
        #expect(status.st_mode & 0o027 == 0)
        #expect(try FileKind(at: binary + ".new") == .missing)
        let run = try SwitchyardProcess(["run", "version"], environment: home.environment)
        #expect(run.output == "first\n")
    }

    @Test func `a second run changes nothing`() throws {
        let home = try TemporaryHome()
        try home.write("one", to: "one")
        try home.write("two", to: "two")
        _ = try initialize(home, [home.path + "/one"])
        let result = try initialize(home, [home.path + "/two"])
        #expect(result.code == 0)
        #expect(result.output.contains("/genesis/bin\" directory already exists"))
        #expect(result.output.contains("/genesis/bin/dummyd\" file already exists"))
        #expect(try home.read("cosmovisor/genesis/bin/dummyd") == "one")
    }

    @Test func `a binary in place is made executable and only the link is added`() throws {
        let home = try TemporaryHome()
        try home.write("placeholder", to: "cosmovisor/genesis/bin/dummyd")
        for number in 1...5 { try home.makeFolder("cosmovisor/upgrades/upgrade\(number)/bin") }
        let result = try initialize(home, ["/bin/sh"])
        #expect(result.code == 0)
        #expect(access(home.home.genesis.binary, X_OK) == 0)
        #expect(try home.link("cosmovisor/current") == "genesis")
    }

    @Test func `an existing link stays what it is`() throws {
        let home = try TemporaryHome()
        try home.makeFolder("cosmovisor/upgrades/v2/bin")
        guard symlink("upgrades/v2", home.home.current) == 0 else { return }
        let result = try initialize(home, ["/bin/sh"])
        #expect(result.code == 0)
        #expect(try home.link("cosmovisor/current") == "upgrades/v2")
        #expect(result.output.contains("/upgrades/v2/bin/dummyd\""))
    }

    @Test func `what is in the way is named and left alone`() throws {
        let home = try TemporaryHome()
        try home.write("", to: "cosmovisor/genesis/bin")
        let folder = try initialize(home, ["/bin/sh"])
        #expect(folder.code == 1)
        let path = home.home.genesis.path + "/bin"
        #expect(
            folder.errors
                == "Error: the path \"\(path)\" already exists but is not a directory\n")
        let other = try TemporaryHome()
        try other.makeFolder("cosmovisor/genesis/bin/dummyd")
        #expect(
            try initialize(other, ["/bin/sh"]).errors == "Error: dummyd is not a regular file\n")
    }

    @Test func `a file or a broken link in place of current is an error`() throws {
        let home = try TemporaryHome()
        try home.write("", to: "cosmovisor/current")
        let expected = "Error: symlink genesis current: file exists\n"
        #expect(try initialize(home, ["/bin/sh"]).errors == expected)
        let other = try TemporaryHome()
        try other.makeFolder("cosmovisor")
        #expect(symlink("upgrades/gone", other.home.current) == 0)
        let result = try initialize(other, ["/bin/sh"])
        #expect(result.code == 1)
        #expect(result.errors == expected)
    }

    @Test func `any variable that is wrong is an error before anything is done`() throws {
        let home = try TemporaryHome()
        let result = try initialize(home, ["/bin/sh"], ["DAEMON_RESTART_AFTER_UPGRADE": "on"])
        #expect(result.code == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("Error: env variable \"DAEMON_RESTART_AFTER_UPGRADE\" "))
        #expect(try FileKind(at: home.home.root) == .missing)
    }

    @Test func `the log can be silenced and have another shape`() throws {
        let home = try TemporaryHome()
        let silent = try initialize(home, ["/bin/sh"], ["COSMOVISOR_DISABLE_LOGS": "true"])
        #expect(silent.code == 0 && silent.output.isEmpty)
        let other = try TemporaryHome()
        let json = try initialize(other, ["/bin/sh"], ["SWITCHYARD_LOG_FORMAT": "json"])
        #expect(json.output.hasPrefix("{\"time\":\""))
    }
}
