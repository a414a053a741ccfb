import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// `switchyard preflight`, as people and their scripts run it.
struct PreflightCommandTests {
    private let bench: UploadBench
    private var node: TestNode { bench.node }

    init() async throws {
        let chain = ["upgrades": ""]
        bench = try await UploadBench(try TestNode(chain: chain, v2: nil))
    }

    /// Has a real program of this host staged for the plan.
    private func stage(_ name: String) async throws {
        let body = #"{"source":"path","path":"/usr/bin/env"}"#
        let encoded = name.percentEncoded(keeping: "")
        let answer = try await node.curl(
            "/v1/plans/\(encoded)/prepare", "-H 'Prefer: wait=50'", json: body)
        #expect(answer.json["state"]?.string == "succeeded", "\(answer)")
    }

    /// Has it declared, without a binary.
    private func declare(_ name: String) async throws {
        let answer = try await node.curl(
            "/v1/plans/\(name)", "-X PUT", json: #"{"trigger":"manual"}"#)
        #expect(answer.status == 201)
    }

    @Test func `each check is a line with what helps below it, and the verdict is the last`()
        async throws
    {
        try await bench.serve()
        try await stage("v3")
        let result = try await node.switchyard("preflight v3")
        #expect(result.code == 0, "\(result)")
        #expect(result.errors == "")
        let lines = result.output.split(separator: "\n")
        let ids = PreflightCheck.ID.allCases.map(\.rawValue)
        let checks = lines.dropLast().filter { !$0.hasPrefix(" ") }
        #expect(checks.map { String($0.split(separator: " ")[1]) } == ids)
        #expect(lines.contains { $0.hasPrefix("pass  machine         it is for ") }, "\(lines)")
        let signer = try #require(lines.firstIndex { $0.hasPrefix("warn  signer          ") })
        #expect(lines[signer + 1].hasPrefix(String(repeating: " ", count: 22) + "Put the key"))
        #expect(lines.last == "v3: warn")
        #expect(try await node.stop() == 0)
    }

    @Test(arguments: ["--json", "-o json", "--output json"])
    func `the answer of the API may be had as it is`(option: String) async throws {
        try await bench.serve()
        try await stage("v3")
        let result = try await node.switchyard("preflight \(option) v3")
        #expect(result.code == 0)
        #expect(try await result.output == node.curl("/v1/plans/v3/preflight").body + "\n")
        #expect(result.json["verdict"]?.string == "warn")
        let all = try await node.switchyard("preflight \(option)")
        guard case .array(let items)? = all.json["items"] else {
            Issue.record("\(all)")
            return
        }
        #expect(items == [result.json])
        #expect(try await node.stop() == 0)
    }

    @Test func `without a plan the worst of those to come decides`() async throws {
        try await bench.serve()
        let none = try await node.switchyard("preflight")
        #expect(none.code == 0 && none.output == "no plan is to come\n")
        try await stage("a/b c%")
        let good = try await node.switchyard("preflight")
        #expect(good.code == 0)
        #expect(good.output.hasSuffix("\na/b c%: warn\n"))
        try await declare("v4")
        let bad = try await node.switchyard("preflight")
        #expect(bad.code == 1)
        #expect(bad.output.contains("\na/b c%: warn\n\n"))
        #expect(bad.output.contains("\nfail     binary_present  "))
        #expect(bad.output.hasSuffix("\nv4: fail\n"))
        #expect(try await node.switchyard("preflight v4").code == 1)
        let named = try await node.switchyard("preflight 'a/b c%'")
        #expect(named.code == 0)
        #expect(named.output.hasSuffix("\na/b c%: warn\n"))
        #expect(try await node.stop() == 0)
    }

    @Test func `a plan that is not known is told, and what to do`() async throws {
        try await bench.serve()
        for name in ["v9", "."] {
            let result = try await node.switchyard("preflight \(name)")
            #expect(result.code == 1 && result.output.isEmpty)
            #expect(result.errors.hasPrefix("Error: \(name): "))
            #expect(result.errors.split(separator: "\n").count == 2, "\(result.errors)")
        }
        #expect(try await node.stop() == 0)
    }

    @Test func `the socket may be anywhere, at a path of any length`() async throws {
        let folder = String(repeating: "a", count: 120)
        try node.make(folder)
        let listen = "tcp:127.0.0.1:\(try TestNode.freePort()),unix:\(node.path)/\(folder)/s"
        try node.start(["SWITCHYARD_LISTEN": listen])
        try await eventually("it listens\n\(node.log)") { node.exists(folder + "/s") }
        let result = try await node.switchyard("preflight", ["SWITCHYARD_LISTEN": listen])
        #expect(result.code == 0 && result.output == "no plan is to come\n", "\(result)")
        #expect(try await node.stop() == 0)
    }

    @Test(.enabled(if: geteuid() == 0 || isCI, "needs root"))
    func `a socket of a stranger's is told nothing`() async throws {
        #expect(chmod(node.path, 0o711) == 0)
        try node.make("strange")
        #expect(chmod(node.path + "/strange", 0o777) == 0)
        let socket = node.path + "/strange/s"
        let server = try TestProcess(
            "/usr/bin/setpriv",
            [
                "--reuid=65534", "--regid=65534", "--clear-groups", "python3", "-c",
                """
                import socket
                s = socket.socket(socket.AF_UNIX)
                s.bind('\(socket)')
                s.listen()
                for _ in range(3):
                    print(s.accept()[0].recv(99), flush=True)
                """,
            ], environment: ["PATH": "/usr/bin:/bin"], log: node.path + "/stranger")
        try await eventually("the stranger listens") { access(socket, F_OK) == 0 }
        for command in ["preflight v3", "prepare v3", "prepare-upgrade"] {
            let result = try await node.switchyard(
                command, ["SWITCHYARD_LISTEN": "unix:\(socket)"])
            #expect(result.code == 69 && result.output.isEmpty, "\(result)")
            #expect(result.errors.hasPrefix("Error: \"\(socket)\" is a socket of uid 65534, "))
        }
        try await eventually("the stranger ends") { server.exitCode() != nil }
        #expect(try node.read("stranger") == "b''\nb''\nb''\n")
    }
}

/// Where nobody would see that a test was skipped it is not.
private let isCI = getenv("CI").map { String(cString: $0) } == "true"
