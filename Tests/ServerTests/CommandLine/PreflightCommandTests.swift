import FoundationEssentials
import Glibc
import Supervisor
import Testing

@testable import Server

struct PreflightCommandTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
        try home.makeFolder("cosmovisor/.switchyard")
    }

    private func run(
        _ arguments: [String], listen: String = ""
    ) throws -> SwitchyardProcess {
        try SwitchyardProcess(
            arguments, environment: home.environment.merging(["SWITCHYARD_LISTEN": listen]) { $1 })
    }

    private func decoded<Value: Decodable>(_ text: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    private static let commands = [["preflight"], ["prepare", "v3"], ["prepare-upgrade"]]

    @Test(arguments: commands)
    func `without a supervisor they end with 69, and say how to start one`(
        command: [String]
    ) throws {
        let socket = home.home.socket
        let result = try run(command)
        #expect(result.code == 69 && result.output.isEmpty)
        #expect(
            result.errors.hasPrefix("Error: no supervisor answers at \"\(socket)\"\n  Start it"))
        // One that a supervisor left behind.
        _ = try UnixPath(socket).listen(for: .owner)
        #expect(access(socket, F_OK) == 0)
        #expect(try run(command).errors == result.errors)
    }

    @Test(arguments: commands)
    func `they never call where a token would be asked for`(command: [String]) throws {
        for listen in ["none", "systemd", "unix:/x?auth=token,tcp:127.0.0.1:1"] {
            let result = try run(command, listen: listen)
            #expect(result.code == 69 && result.output.isEmpty)
            #expect(
                result.errors.hasPrefix(
                    "Error: SWITCHYARD_LISTEN names no socket of this host's users: \"\(listen)\"\n"
                ))
        }
    }

    @Test func `the first listener that knows its callers by the kernel is the one`() throws {
        let listen = "unix:/a?auth=token,tcp:127.0.0.1:1,unix:/b,unix:/c"
        let configuration = try Configuration(
            environment: home.environment.merging(["SWITCHYARD_LISTEN": listen]) { $1 })
        #expect(try ControlSocket(configuration).path == "/b")
        #expect(
            try ControlSocket(try Configuration(environment: home.environment)).path
                == home.home.socket)
    }

    @Test(.enabled(if: Privileges.areEnough, "needs root and setpriv"))
    func `who may not connect is told who may`() throws {
        // Inherited, because another user may be unable to go where the executable lies.
        let path = try SwitchyardProcess.path
        let executable = try Descriptor(open(path, O_RDONLY), call: "open", path: path)
        let result = try Command.run(
            "/usr/bin/setpriv",
            [
                "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/env", "-i",
                "DAEMON_HOME=\(home.path)", "DAEMON_NAME=dummyd", "/bin/sh", "-c",
                "/proc/self/fd/\(executable.number) preflight v3 2>&1",
            ])
        #expect(result.status == .code(69))
        #expect(
            result.output.contains("\nError: \"\(home.home.socket)\" is closed to this user\n"))
        #expect(result.output.hasPrefix("Warning: the config file \"\(home.home.configFile)\" "))
    }

    @Test(.enabled(if: Privileges.areEnough, "needs root and setpriv"))
    func `a folder that may only be passed does not keep a member of the group away`() throws {
        for folder in ["", "/cosmovisor", "/cosmovisor/.switchyard"] {
            #expect(chmod(home.path + folder, 0o711) == 0)
        }
        let path = try SwitchyardProcess.path
        let executable = try Descriptor(open(path, O_RDONLY), call: "open", path: path)
        let result = try Command.run(
            "/usr/bin/setpriv",
            [
                "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/env", "-i",
                "DAEMON_HOME=\(home.path)", "DAEMON_NAME=dummyd", "/bin/sh", "-c",
                "/proc/self/fd/\(executable.number) preflight v3 2>&1",
            ])
        #expect(result.output.hasPrefix("Error: no supervisor answers at "))
    }

    @Test(arguments: [
        (["preflight", ""], "name must not be empty"),
        (["preflight", "--wait", "5", "v3"], "--wait must be a duration"),
        (["preflight", "--wait=-5s", "v3"], "--wait must be a duration"),
        (["preflight", "v3", "v4"], "v4"), (["preflight", "-o", "yaml"], "yaml"),
        (["prepare"], "<plan>"), (["prepare", ""], "name must not be empty"),
        (["prepare", "v3", "--url", "u", "--path", "p"], "give one of them"),
        (["prepare", "v3", "--path", ""], "must not be empty"), (["prepare-upgrade", "v3"], "v3"),
    ])
    func `a wrong command line ends with 1 and says what is wrong`(
        arguments: [String], part: String
    ) throws {
        let result = try run(arguments)
        #expect(result.code == 1 && result.output.isEmpty)
        #expect(result.errors.hasPrefix("Error: ") && result.errors.contains(part))
    }

    @Test(arguments: ["preflight", "prepare", "prepare-upgrade"])
    func `their help says what they do, and the exit codes`(command: String) throws {
        let result = try run([command, "--help"])
        #expect(result.code == 0 && result.errors.isEmpty)
        #expect(result.output.contains("USAGE: switchyard \(command)"))
        #expect(result.output.contains("Ends with "))
        #expect(HelpText.text.contains("\n  switchyard \(command)"))
    }

    @Test func `a report lines its checks up, and shows no control character`() throws {
        let text = #"""
            {"plan":"v\u001b3","verdict":"fail","evaluated_at":null,"subject_sha256":null,"checks":[
            {"id":"machine","result":"pass","hard":true,"reason":"it is right","remedy":"none"},
            {"id":"disk_space","result":"fail","hard":false,"reason":"a\nb","remedy":"Free some."},
            {"id":"height","result":"odd","hard":false,"reason":"new","remedy":null}]}
            """#
        let preflight: PreflightView = try decoded(text)
        #expect(
            preflight.report == #"""
                pass     machine     it is right
                fail     disk_space  a\u{a}b
                                     Free some.
                unknown  height      new
                v\u{1b}3: fail
                """#)
        #expect(preflight.verdict.exitCode == 1)
    }

    @Test(arguments: [
        ("null", "absent", "null", false), (#""t""#, "absent", "null", true),
        (#""t""#, "staged", #""d""#, true), (#""t""#, "staged", #""e""#, false),
        (#""t""#, "held", #""e""#, true),
    ])
    func `a preflight of another binary than the plan's is not the last word`(
        evaluated: String, state: String, digest: String, isSettled: Bool
    ) throws {
        let subject = state == "staged" ? #""d""# : "null"
        let preflight: PreflightView = try decoded(
            """
            {"plan":"v","verdict":"pass","evaluated_at":\(evaluated),
            "subject_sha256":\(subject),"checks":[]}
            """)
        let plan: PlanView = try decoded(
            """
            {"name":"v","origin":"chain","trigger":"manual","state":"pending",
            "binary":{"state":"\(state)","sha256":\(digest)}}
            """)
        #expect(preflight.isSettled(for: plan) == isSettled)
    }
}
