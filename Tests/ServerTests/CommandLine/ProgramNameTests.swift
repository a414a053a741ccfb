import Glibc
import Testing

@testable import Server

/// A link or copy named `cosmovisor` answers as that.
struct ProgramNameTests {
    private func cosmovisor(
        _ arguments: [String], _ environment: [String: String] = [:]
    ) throws -> SwitchyardProcess {
        try SwitchyardProcess(arguments, environment: environment, as: "cosmovisor")
    }

    @Test(
        arguments: [
            ("/usr/bin/cosmovisor", ProgramName.cosmovisor), ("cosmovisor", .cosmovisor),
            ("./cosmovisor", .cosmovisor), ("/opt/cosmovisor/switchyard", .switchyard),
            ("cosmovisor-1.7", .switchyard), ("", .switchyard), (nil, .switchyard),
        ] as [(String?, ProgramName)])
    func `the name is the last part of argv[0]`(path: String?, name: ProgramName) {
        #expect(ProgramName(path: path) == name)
    }

    @Test func `only commands are spelled anew`() {
        let text = """
              switchyard run
            `switchyard init` of switchyard (pid 7) in /opt/switchyard x, SWITCHYARD_LISTEN
            switchyard
            """
        #expect(ProgramName.switchyard.spelled(text) == text)
        #expect(
            ProgramName.cosmovisor.spelled(text) == """
                  cosmovisor run
                `cosmovisor init` of switchyard (pid 7) in /opt/switchyard x, SWITCHYARD_LISTEN
                switchyard
                """)
    }

    @Test(arguments: [[], ["help"], ["--help"]]) func `help says cosmovisor`(
        arguments: [String]
    ) throws {
        let result = try cosmovisor(arguments)
        #expect(result.code == 0)
        for part in [
            "cosmovisor run <args>", "DAEMON_NAME", "DAEMON_HOME",
            "docs.cosmos.network/main/build/tooling/cosmovisor",
        ] {
            #expect(result.output.contains(part))
        }
        #expect(!result.output.contains("switchyard "))
    }

    @Test func `the options of a command say cosmovisor`() throws {
        for arguments in [["help", "add-upgrade"], ["add-upgrade", "--help"]] {
            let result = try cosmovisor(arguments)
            #expect(result.code == 0)
            #expect(result.output.contains("USAGE: cosmovisor add-upgrade "), "\(result.output)")
        }
        let wrong = try cosmovisor(["bogus"])
        #expect(wrong.code == 1)
        #expect(!wrong.errors.contains("switchyard"), "\(wrong.errors)")
        #expect(wrong.errors.contains("cosmovisor"))
    }

    @Test func `messages say cosmovisor`() throws {
        let home = try TemporaryHome()
        let result = try cosmovisor(["config"], home.environment)
        #expect(result.code == 1)
        #expect(result.errors.contains("`cosmovisor init <path to executable>` makes it"))
    }

    @Test func `version says cosmovisor, and its JSON has both names`() throws {
        let result = try cosmovisor(["version", "--cosmovisor-only"])
        #expect(result.output == "cosmovisor version: \(Version.number)\n")
        let json = try cosmovisor(["version", "--cosmovisor-only", "--output=json"])
        let own = try SwitchyardProcess(
            ["version", "--cosmovisor-only", "-o", "json"], environment: [:])
        #expect(json.output == own.output)
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func `completion is for the name that was typed`(
        shell: String
    ) throws {
        let names = [("cosmovisor", "switchyard"), ("switchyard", "cosmovisor")]
        for (name, other) in names {
            let result = try SwitchyardProcess(["completion", shell], environment: [:], as: name)
            #expect(result.code == 0 && result.errors.isEmpty)
            #expect(result.output.contains(name))
            #expect(result.output.contains("add-batch-upgrade"))
            #expect(result.output.contains("run"))
            #expect(!result.output.contains("_\(other)"), "\(result.output)")
        }
    }

    @Test(arguments: [[], ["tcsh"], ["bash", "zsh"]]) func `completion needs one known shell`(
        arguments: [String]
    ) throws {
        let result = try SwitchyardProcess(["completion"] + arguments, environment: [:])
        #expect(result.code == 1)
        #expect(result.errors.hasPrefix("Error: "))
    }

    /// Where there is a bash.
    @Test(.enabled(if: access("/bin/bash", X_OK) == 0))
    func `bash takes its script and completes commands`() throws {
        let home = try TemporaryHome()
        let script = try SwitchyardProcess(["completion", "bash"], environment: [:]).output
        try home.write(
            script + """

                COMP_WORDS=(switchyard add-); COMP_CWORD=1; COMP_LINE='switchyard add-'
                COMP_POINT=${#COMP_LINE}
                "$(complete -p switchyard | sed 's/.*-F \\([^ ]*\\).*/\\1/')" switchyard add- switchyard
                printf '%s\\n' "${COMPREPLY[@]}" > "$1/reply"

                """, to: "script")
        #expect(system("bash '\(home.path)/script' '\(home.path)'") == 0)
        let reply = try home.read("reply").split(separator: "\n").map {
            $0.filter { $0 != " " }
        }
        #expect(Set(reply) == ["add-upgrade", "add-batch-upgrade"])
    }
}
