import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// `switchyard prepare`, as people and their scripts run it.
struct PrepareCommandTests {
    private let bench: UploadBench
    private var node: TestNode { bench.node }

    init() async throws {
        bench = try await UploadBench()
        try await bench.serve()
    }

    private var staged: String { "staged, sha256 \(bench.sha256), trust pinned" }

    /// One that takes a while to be read.
    private func large() throws -> String {
        try UploadBench.program(of: 1 << 30, at: node.path + "/large")
    }

    /// Begins to prepare that, with the command's output in `output`.
    private func begin() async throws -> TestProcess {
        let command = try TestProcess(
            Programs.switchyard, ["prepare", "v3", "--path", try large()],
            environment: ["DAEMON_HOME": node.path, "DAEMON_NAME": "simd"],
            log: node.path + "/output")
        try await eventually("it begins") { try node.read("output").contains(" began\n") }
        return command
    }

    private func code(of command: TestProcess) async throws -> Int32 {
        var code: Int32?
        try await eventually("the command ends") {
            code = command.exitCode()
            return code != nil
        }
        return code ?? -1
    }

    private func latest() async throws -> JSONValue {
        guard case .array(let items)? = try await node.curl("/v1/operations").json["items"]
        else { return .null }
        return items.first ?? .null
    }

    @Test func `a file is staged, also by a path of this folder, and the line says so`()
        async throws
    {
        let result = try await node.switchyard("prepare v3 --path upload")
        #expect(result.code == 0, "\(result)")
        #expect(result.output == "v3: \(staged)\n")
        #expect(result.errors.hasPrefix("v3: operation ") || result.errors.isEmpty)
        #expect(try bench.placed() == bench.sha256)
        let again = try await node.switchyard("prepare v3 --json --path ./upload")
        #expect(again.code == 0 && again.errors.isEmpty)
        #expect(again.json["state"]?.string == "succeeded")
        #expect(again.json["result"]?["sha256"]?.string == bench.sha256)
        #expect(again.json == (try await latest()))
        #expect(try await node.stop() == 0)
    }

    @Test func `a name that is no path's may be prepared as any other`() async throws {
        let result = try await node.switchyard("prepare 'a/b c%' --path upload")
        #expect(result.code == 0, "\(result)")
        #expect(result.output == "a/b c%: \(staged)\n")
        #expect(try await node.stop() == 0)
    }

    @Test func `what cannot be staged ends with 1, why, and what helps`() async throws {
        try node.write("#!/bin/sh\n", to: "script")
        for arguments in ["v3 --path script", "v3 --path config", "v3", "v3 --url ftp://x/y"] {
            let result = try await node.switchyard("prepare \(arguments)")
            #expect(result.code == 1 && result.output.isEmpty, "\(result)")
            let lines = result.errors.split(separator: "\n")
            #expect(lines.dropLast().last?.hasPrefix("Error: v3: ") == true, "\(result.errors)")
            #expect(lines.last?.hasPrefix("  ") == true, "\(result.errors)")
        }
        #expect(!node.exists(bench.place))
        #expect(try await node.stop() == 0)
    }

    @Test func `what nobody vouches for is held, and may be pinned as it is said`() async throws {
        let port = try TestNode.freePort()
        let server = try TestProcess(
            "/usr/bin/env",
            ["python3", "-m", "http.server", "\(port)", "--bind", "127.0.0.1", "-d", node.path],
            environment: ["PATH": "/usr/bin:/bin"], log: "/dev/null")
        let address = "http://127.0.0.1:\(port)/upload"
        try await eventually("the server listens") {
            try await shell("curl -sfo /dev/null \(address); echo $?") == "0\n"
        }
        let held = try await node.switchyard("prepare v3 --url \(address)")
        #expect(held.code == 1, "\(held)")
        #expect(held.output == "v3: held, sha256 \(bench.sha256), trust none\n")
        let pin = try #require(held.errors.split(separator: "\n").first { $0.contains("curl") })
        #expect(try await shell(String(pin)).contains("\"expected_sha256\":\"\(bench.sha256)\""))
        let staged = try await node.switchyard("prepare v3 --url \(address)")
        #expect(staged.code == 0 && staged.output == "v3: \(self.staged)\n", "\(staged)")
        server.signal(SIGTERM)
        #expect(try await node.stop() == 0)
    }

    @Test func `a signal calls it off, and nothing is left of it`() async throws {
        let command = try await begin()
        command.signal(SIGINT)
        #expect(try await code(of: command) == 130)
        let output = try node.read("output")
        #expect(output.contains("v3: being called off; "))
        #expect(output.hasSuffix("Error: v3: called off; nothing of it was kept\n"))
        #expect(try await latest()["state"]?.string == "cancelled")
        #expect(try bench.quarantine.isEmpty)
        #expect(!node.exists(bench.place))
        #expect(try await node.stop() == 0)
    }

    @Test func `a second signal leaves at once, whatever the supervisor does`() async throws {
        let command = try await begin()
        node.signal(SIGSTOP)
        command.signal(SIGINT)
        try await eventually("it is called off") {
            try node.read("output").contains("being called off")
        }
        command.signal(SIGTERM)
        #expect(try await code(of: command) == 143)
        #expect(try node.read("output").contains("Error: v3: not waited for: "))
        node.signal(SIGCONT)
        #expect(try await node.stop() == 0)
    }

    @Test func `it need not be waited for`() async throws {
        let path = try large()
        let result = try await node.switchyard("prepare v3 --no-wait --path '\(path)'")
        let operation = try await latest()
        let id = try #require(operation["id"]?.string)
        #expect(result.code == 0)
        #expect(result.output == "v3: operation \(id) running\n")
        let second = try await node.switchyard("prepare v3 --path '\(path)'")
        #expect(second.code == 1)
        #expect(second.errors.hasPrefix("Error: v3: The prepare of v3 "))
        _ = try await node.curl("/v1/operations/\(id)", "-X DELETE")
        #expect(try await node.stop() == 0)
    }
}
