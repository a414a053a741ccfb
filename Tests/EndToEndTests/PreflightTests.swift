import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// Preflights as fleets ask for them.
struct PreflightTests {
    /// As the guide of the API has it, but for the socket.
    private static let gate = #"""
        for h in $HOSTS; do
          curl -fsS -K "$CONFIG" --unix-socket "$SOCKET" "http://$h/v1/plans/v3/preflight" |
            jq -er --arg h "$h" 'if .verdict=="pass" or .verdict=="warn" then true else ($h, (.checks[]|select(.result=="fail" or .result=="unknown")|"  \(.id): \(.reason) → \(.remedy)")), false end' || bad=1
        done; echo "exit ${bad:-0}"
        """#

    private func walk(_ bench: UploadBench, token: String) async throws -> String {
        try await shell(
            Self.gate,
            [
                "HOSTS": "gaia.test", "CONFIG": token, "SOCKET": bench.node.path + "/proxy.sock",
            ])
    }

    /// The node's own copy of `v2`: what shares its file with other tests is read again and again.
    private func unshare(_ node: TestNode) async throws {
        let binary = node.path + "/cosmovisor/upgrades/v2/bin/simd"
        _ = try await shell("cp '\(binary)' '\(binary).new' && mv '\(binary).new' '\(binary)'")
    }

    private func preflight(
        of name: String, on node: TestNode, shows verdict: String
    ) async throws -> CurlAnswer {
        var answer = try await node.curl("/v1/plans/\(name)/preflight")
        do {
            try await eventually("the verdict is \(verdict)") {
                answer = try await node.curl("/v1/plans/\(name)/preflight")
                return answer.json["verdict"]?.string == verdict
                    && answer.json["evaluated_at"]?.string != nil
            }
        } catch {
            throw HarnessError("another preflight: \(answer.body)")
        }
        return answer
    }

    @Test func `a fleet is let through when its binaries are right, and told why when not`()
        async throws
    {
        let bench = try await UploadBench()
        try await bench.start()
        let (read, operate) = (try await bench.token("read"), try await bench.token("operate"))
        // Begins as a program does, and is none.
        let sent = try CurlAnswer(try await bench.put("v3", token: operate))
        #expect(sent.json["state"]?.string == "staged")
        _ = try await preflight(of: "v3", on: bench.node, shows: "fail")
        let refused = try await walk(bench, token: read)
        #expect(refused.hasPrefix("gaia.test\n"))
        #expect(refused.contains("\n  libraries: the binary is damaged"), "\(refused)")
        #expect(refused.hasSuffix("\nfalse\nexit 1\n"))
        let program = bench.node.path + "/program"
        try FileManager.default.copyItem(atPath: "/usr/bin/env", toPath: program)
        let other = try CurlAnswer(
            try await bench.put("v3", program, token: operate, "-H 'If-Match: *'"))
        #expect(other.status == 200)
        let good = try await preflight(of: "v3", on: bench.node, shows: "warn")
        #expect(good.json["subject_sha256"]?.string == other.json["sha256"]?.string)
        #expect(try await walk(bench, token: read) == "true\nexit 0\n")
        #expect(try await bench.node.stop() == 0)
    }

    @Test func `it has an ETag, is in the status and in readyz, and names plans as others do`()
        async throws
    {
        let node = try TestNode(chain: ["upgrades": ""])
        try await unshare(node)
        try node.start()
        try await node.reaches(2, "v1")
        let declared = #"{"trigger":"chain","height":900000}"#
        #expect(try await node.curl("/v1/plans/v2", "-X PUT", json: declared).status == 200)
        let answer = try await preflight(of: "v2", on: node, shows: "warn")
        let etag = try #require(answer.headers["etag"])
        #expect(
            try await node.curl("/v1/plans/v2/preflight", "-H 'If-None-Match: \(etag)'").status
                == 304)
        let next = try await node.curl("/v1/status").json["next"]
        #expect(next?["plan"]?.string == "v2" && next?["verdict"]?.string == "warn")
        #expect(try await node.curl("/readyz/plan").status == 200)
        let metrics = try await node.curl("/metrics").body
        #expect(metrics.contains("switchyard_next_plan_verdict{verdict=\"warn\"} 1\n"))
        #expect(
            metrics.contains(
                "switchyard_next_plan_check{check=\"machine\",result=\"pass\"} 1\n"))
        for (name, status, slug) in [
            ("v9", 404, "plan-unknown"), ("V2", 409, "plan-conflict"), ("%2E", 422, "invalid-name"),
        ] {
            let refused = try await node.curl("/v1/plans/\(name)/preflight")
            #expect(refused.status == status && refused.problem == slug, "\(name)")
        }
        #expect(try await node.stop() == 0)
    }

    @Test func `a switch to what everyone may write is refused, with the check`() async throws {
        let node = try TestNode(
            chain: ["upgrades": "v2@1000000"], v2: ["handlers": "", "new_stores": ""])
        try await unshare(node)
        try node.start()
        try await node.reaches(2, "v1")
        let folder = node.path + "/cosmovisor/upgrades/v2/bin"
        #expect(chmod(folder, 0o777) == 0)
        var digest: String?
        try await eventually("the binary is hashed") {
            digest = try await node.curl("/v1/plans/v2").json["binary"]?["sha256"]?.string
            return digest != nil
        }
        let body = #"{"sha256":"\#(digest ?? "")","force":true}"#
        let refused = try await node.curl("/v1/plans/v2/switch", json: body)
        #expect(refused.status == 409 && refused.problem == "not-ready")
        guard case .array(let checks)? = refused.json["checks"] else {
            Issue.record("\(refused)")
            return
        }
        #expect(checks.map { $0["id"]?.string } == ["permissions"])
        #expect(checks.first?["reason"]?.string == "everyone may write \(folder)")
        #expect(node.ledger.all("start").count == 1)
        #expect(try await node.stop() == 0)
    }
}
