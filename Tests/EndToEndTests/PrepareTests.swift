import Glibc
import Supervisor
import Testing

/// Staging what lies on the host already.
struct PrepareTests {
    private let bench: UploadBench
    private var node: TestNode { bench.node }

    init() async throws {
        bench = try await UploadBench()
        try await bench.start()
    }

    private func prepare(
        _ body: String, _ arguments: String = "-H 'Prefer: wait=50'"
    ) async throws -> CurlAnswer {
        try await node.curl("/v1/plans/v3/prepare", arguments, json: body)
    }

    private func path(_ file: String) -> String { #"{"source":"path","path":"\#(file)"}"# }

    @Test func `a file of the host is staged as an operation, whose result is the binary`()
        async throws
    {
        let begun = try await prepare(path(bench.file), "")
        #expect(begun.status == 202 || begun.status == 200)
        #expect(begun.headers["location"]?.hasPrefix("/v1/operations/") == true)
        let answer = try await prepare(path(bench.file))
        // Either the first had ended, or it was in the way of the second.
        if answer.status == 409 { #expect(answer.problem == "operation-in-progress") }
        try await eventually("it is staged") { try bench.placed() == bench.sha256 }
        let again = try await prepare(path(bench.file))
        #expect(again.status == 200)
        #expect(again.json["kind"]?.string == "prepare")
        #expect(again.json["state"]?.string == "succeeded")
        #expect(again.json["plan"]?.string == "v3")
        #expect(again.json["result"]?["sha256"]?.string == bench.sha256)
        #expect(again.json["result"]?["trust"]?.string == "pinned")
        #expect(again.json["result"]?["source"]?.string == "path")
        #expect(try bench.quarantine.isEmpty)
        #expect(try node.mode(bench.place) == 0o755)
        #expect(try await node.stop() == 0)
    }

    @Test func `the operation counts bytes, and is the same for the same key`() async throws {
        let arguments = "-H 'Prefer: wait=50' -H 'Idempotency-Key: \"one\"'"
        let first = try await prepare(path(bench.file), arguments)
        #expect(first.json["state"]?.string == "succeeded")
        #expect(first.json["progress"]?["done"] == .integer(3_000_000))
        #expect(first.json["progress"]?["total"] == .integer(3_000_000))
        #expect(first.json["progress"]?["unit"]?.string == "bytes")
        let again = try await prepare(path(bench.file), arguments)
        #expect(again.json["id"] == first.json["id"])
        #expect(try await node.stop() == 0)
    }

    @Test func `what cannot run here fails the operation, and leaves nothing`() async throws {
        try node.write("#!/bin/sh\n", to: "script")
        let answer = try await prepare(path(node.path + "/script"))
        #expect(answer.status == 200)
        #expect(answer.json["state"]?.string == "failed")
        #expect(answer.json["problem"]?["type"]?.string == "/problems/binary-rejected")
        #expect(try bench.quarantine.isEmpty)
        #expect(!node.exists("cosmovisor/upgrades/v3"))
        #expect(try await node.stop() == 0)
    }

    @Test func `links, pipes, folders and what is not there are refused, without a wait`()
        async throws
    {
        #expect(symlink(bench.file, node.path + "/link") == 0)
        #expect(mkfifo(node.path + "/pipe", 0o600) == 0)
        for name in ["link", "pipe", "config", "nothing"] {
            let answer = try await prepare(path(node.path + "/" + name))
            #expect(answer.status == 422 && answer.problem == "source-refused", "\(name)")
        }
        for body in [#"{"source":"plan"}"#, #"{"source":"url","url":"ftp://example.org/v3"}"#] {
            let answer = try await prepare(body)
            #expect(answer.status == 422 && answer.problem == "source-refused")
        }
        for body in [
            "{}", #"{"source":"disk"}"#, #"{"source":"path"}"#, path("relative"),
            #"{"source":"plan","path":"/x"}"#, #"{"source":"url"}"#,
        ] {
            let answer = try await prepare(body)
            #expect(answer.status == 422 && answer.problem == "invalid-request", "\(body)")
        }
        #expect(try await node.stop() == 0)
    }

    @Test func `one that is called off leaves nothing`() async throws {
        let large = try UploadBench.program(of: 1 << 30, at: node.path + "/large")
        let begun = try await prepare(path(large), "")
        let operation = try #require(begun.headers["location"])
        let second = try await node.curl("/v1/plans/V3/prepare", json: path(bench.file))
        #expect(second.status == 409 && second.problem == "operation-in-progress")
        #expect(try await node.curl(operation, "-X DELETE").status == 202)
        let ended = try await node.curl(operation, "-H 'Prefer: wait=50'")
        #expect(ended.json["state"]?.string == "cancelled")
        #expect(try bench.quarantine.isEmpty)
        #expect(!node.exists(bench.place))
        #expect(try await node.stop() == 0)
    }

    @Test func `a token may name no path, whatever its scope`() async throws {
        let operate = try await bench.token("operate")
        let answer = try await prepare(path(bench.file), "-K '\(operate)'")
        #expect(answer.status == 403 && answer.problem == "local-only")
        #expect(try await node.stop() == 0)
    }
}
