import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// Binaries over real sockets, sent by the client that people use.
struct UploadTests {
    private let bench: UploadBench

    init() async throws {
        bench = try await UploadBench()
    }

    private var node: TestNode { bench.node }

    @Test func `a fleet run stages a binary, and repeated it costs nothing`() async throws {
        try await bench.start(info: bench.info)
        let token = try await bench.token("stage")
        let first = try await bench.put("v3", token: token)
        #expect(first.contains("HTTP/1.1 100 Continue"))
        let answer = try CurlAnswer(first)
        #expect(answer.status == 201)
        #expect(answer.headers["etag"] == "\"\(bench.sha256)\"")
        #expect(answer.headers["location"] == "/v1/plans/v3/binary")
        #expect(answer.json["state"]?.string == "staged")
        #expect(answer.json["trust"]?.string == "plan_checksum")
        #expect(answer.json["sha256"]?.string == bench.sha256)
        #expect(answer.json["source"]?.string == "upload")
        #expect(try bench.placed() == bench.sha256)
        #expect(try node.mode(bench.place) == 0o755)
        let again = try await bench.put("v3", token: token)
        #expect(!again.contains("100 Continue"))
        #expect(try CurlAnswer(again).status == 200)
        #expect(try CurlAnswer(again).body == answer.body)
        #expect(try bench.quarantine.isEmpty)
        // The history says who it was.
        let history = try await node.curl("/v1/events?limit=1000").json["items"]
        guard case .array(let events)? = history else { throw HarnessError("no history") }
        let told = events.filter { $0["kind"]?.string == "binary_changed" }
        #expect(told.map { $0["actor"]?["kind"]?.string } == ["token"])
        #expect(try await node.stop() == 0)
        // And by the next run, which knows it by its record.
        try node.start(bench.environment)
        try await node.shows("the node") { $0.daemon?.pid != nil }
        #expect(try CurlAnswer(try await bench.put("v3", token: token)).body == answer.body)
        #expect(try await node.stop() == 0)
    }

    @Test func `without a pin it is held, and staged by itself with one`() async throws {
        try await bench.start()
        let token = try await bench.token("stage")
        let answer = try CurlAnswer(try await bench.put("v3", token: token))
        #expect(answer.status == 201)
        #expect(answer.json["state"]?.string == "held")
        #expect(answer.json["trust"]?.string == "none")
        #expect(!node.exists(bench.place))
        let again = try await bench.put("v3", token: token)
        #expect(!again.contains("100 Continue"))
        #expect(try CurlAnswer(again).body == answer.body)
        // Held over a restart, too.
        try await node.kill9()
        try node.start(bench.environment)
        try await node.shows("the node") { $0.daemon?.pid != nil }
        let plan = try await node.curl("/v1/plans/v3")
        #expect(plan.json["binary"]?["state"]?.string == "held")
        let pin = #"{"trigger":"manual","expected_sha256":"\#(bench.sha256)"}"#
        #expect(try await node.curl("/v1/plans/v3", "-X PUT", json: pin).status == 200)
        try await eventually("it is staged") {
            let plan = try await node.curl("/v1/plans/v3")
            return plan.json["binary"]?["trust"]?.string == "pinned"
        }
        #expect(try bench.placed() == bench.sha256)
        try await eventually("nothing is held any more") { try bench.quarantine.isEmpty }
        #expect(try await node.stop() == 0)
    }

    @Test func `an operator who sends the digest along needs no pin, nor the bytes again`()
        async throws
    {
        try await bench.start()
        _ = try await bench.put("v3", token: try await bench.token("stage"))
        let operate = try await bench.token("operate")
        let answer = try await bench.put("v3", token: operate)
        #expect(!answer.contains("100 Continue"))
        #expect(try CurlAnswer(answer).json["trust"]?.string == "pinned")
        #expect(try bench.placed() == bench.sha256)
        // Without a digest nobody says which bytes were meant.
        let bare = try await node.curl(
            "/v1/plans/v4/binary", "-X PUT \(bench.content) -T '\(bench.file)'")
        #expect(bare.json["state"]?.string == "held")
        #expect(try await node.stop() == 0)
    }

    @Test func `other bytes than those staged need their ETag`() async throws {
        try await bench.start()
        let operate = try await bench.token("operate")
        _ = try await bench.put("v3", token: operate)
        let other = try UploadBench.program(of: 5000, fill: 2, at: node.path + "/other")
        let bare = try CurlAnswer(try await bench.put("v3", other, token: operate))
        #expect(bare.status == 428 && bare.headers["etag"] == "\"\(bench.sha256)\"")
        let blind = try await node.curl(
            "/v1/plans/v3/binary", "-X PUT \(bench.content) -T '\(other)'")
        #expect(blind.status == 428)
        let stale = try CurlAnswer(
            try await bench.put("v3", other, token: operate, "-H 'If-Match: \"00\"'"))
        #expect(stale.status == 412)
        // The same bytes may come as often as anyone likes.
        let same = try await node.curl(
            "/v1/plans/v3/binary", "-X PUT \(bench.content) -T '\(bench.file)'")
        #expect(same.status == 200)
        let right = try CurlAnswer(
            try await bench.put(
                "v3", other, token: operate, "-H 'If-Match: \"\(bench.sha256)\"'"))
        #expect(right.status == 200)
        #expect(try bench.placed() == right.json["sha256"]?.string)
        #expect(right.json["sha256"]?.string != bench.sha256)
        // Held, it replaces nothing.
        let held = try CurlAnswer(
            try await bench.put(
                "v3", token: try await bench.token("stage"), "-H 'If-Match: *'"))
        #expect(held.json["state"]?.string == "held")
        #expect(try bench.placed() == right.json["sha256"]?.string)
        #expect(try await node.stop() == 0)
    }

    @Test func `what is wrong with the bytes is told, and nothing of them is kept`() async throws {
        try await bench.start()
        let zero = "sha-256=:\(String(repeating: "A", count: 43))=:"
        for field in ["Repr-Digest", "Content-Digest"] {
            let answer = try await node.curl(
                "/v1/plans/v3/binary",
                "-X PUT \(bench.content) -T '\(bench.file)' -H '\(field): \(zero)'")
            #expect(answer.status == 422 && answer.problem == "content-mismatch")
            let broken = try await node.curl(
                "/v1/plans/v3/binary",
                "-X PUT \(bench.content) -T '\(bench.file)' -H '\(field): sha-256=x'")
            #expect(broken.status == 400 && broken.problem == "invalid-digest-field")
        }
        try node.write("#!/bin/sh\n", to: "script")
        _ = try await shell("head -c 600 /dev/zero > '\(node.path)/zeros'")
        for (file, word) in [("script", "script"), ("zeros", "no executable")] {
            let answer = try await node.curl(
                "/v1/plans/v3/binary", "-X PUT \(bench.content) -T '\(node.path)/\(file)'")
            #expect(answer.status == 422 && answer.problem == "binary-rejected")
            #expect(answer.json["detail"]?.string?.contains(word) == true)
            #expect(answer.json["remedy"]?.string?.isEmpty == false)
        }
        let type = try await node.curl("/v1/plans/v3/binary", "-X PUT -T '\(bench.file)'")
        #expect(type.status == 415)
        #expect(try bench.quarantine.isEmpty)
        #expect(!node.exists("cosmovisor/upgrades/v3"))
        #expect(try await node.stop() == 0)
    }

    @Test func `a binary that runs or did run is not touched`() async throws {
        let node = try TestNode()
        let bench = try await UploadBench(node)
        try await bench.start()
        try await node.isUpgraded()
        let before = try node.digest("cosmovisor/upgrades/v2/bin/simd")
        let match = "-H 'If-Match: *'"
        for arguments in ["-X PUT \(bench.content) -T '\(bench.file)' \(match)", "-X DELETE"] {
            let answer = try await node.curl("/v1/plans/v2/binary", arguments)
            #expect(answer.status == 409 && answer.problem == "plan-in-use")
        }
        #expect(try node.digest("cosmovisor/upgrades/v2/bin/simd") == before)
        #expect(try await node.stop() == 0)
    }

    @Test func `names are one plan by their folder, and the first spelling counts`() async throws {
        try await bench.start()
        let operate = try await bench.token("operate")
        _ = try await bench.put("V3", token: operate)
        let other = try await node.curl(
            "/v1/plans/v3/binary", "-X PUT \(bench.content) -T '\(bench.file)'")
        #expect(other.status == 409 && other.problem == "plan-conflict")
        #expect(other.json["existing"]?.string == "V3")
        for name in ["%2E%2E", "v3%0A", String(repeating: "x", count: 129)] {
            let answer = try await node.curl(
                "/v1/plans/\(name)/binary", "-X PUT \(bench.content) -T '\(bench.file)'")
            #expect(answer.status == 422 && answer.problem == "invalid-name", "\(name)")
        }
        #expect(try await node.stop() == 0)
    }

    @Test func `a binary is removed with its folder`() async throws {
        try await bench.start()
        _ = try await bench.put("v3", token: try await bench.token("operate"))
        _ = try await bench.put("v4", token: try await bench.token("stage"))
        for name in ["v3", "v4"] {
            #expect(try await node.curl("/v1/plans/\(name)/binary", "-X DELETE").status == 204)
            let again = try await node.curl("/v1/plans/\(name)/binary", "-X DELETE")
            #expect(again.status == 404)
            #expect(try await node.curl("/v1/plans/\(name)").status == 404)
        }
        #expect(!node.exists("cosmovisor/upgrades/v3"))
        #expect(try bench.quarantine.isEmpty)
        #expect(try await node.stop() == 0)
    }

    @Test func `a stage token alone gets nothing run, even at the height`() async throws {
        let node = try TestNode(v2: nil)
        let bench = try await UploadBench(node)
        try await bench.start()
        // The right binary, which would write down its start.
        try node.make("cosmovisor/upgrades/v2/bin")
        try node.write(
            "handlers=v2\nnew_stores=v2\nversion=v2\n", to: "cosmovisor/upgrades/v2/bin/simd.conf")
        let program = Programs.copyOfSimchain
        let answer = try CurlAnswer(
            try await bench.put("v2", program, token: try await bench.token("stage")))
        #expect(answer.json["state"]?.string == "held")
        try await node.shows("that it waits for trust") { $0.phase.waiting_for == "trust" }
        #expect(try node.status().phase.reason_code == "binary_rejected")
        #expect(node.current == "genesis" || node.current == nil)
        #expect(!node.exists("cosmovisor/upgrades/v2/bin/simd"))
        #expect(!node.ledger.has("start", version: "v2"))
        // With an operator's word for it the upgrade goes on by itself.
        _ = try await bench.put("v2", program, token: try await bench.token("operate"))
        try await node.isUpgraded()
        #expect(try await node.stop() == 0)
    }
}
