import Glibc
import Supervisor
import Testing

/// Plans over the socket, as playbooks use them.
struct PlanRoutesTests {
    private let node: TestNode

    init() async throws {
        node = try TestNode(chain: ["upgrades": "v2@1000000"])
        try node.start()
        try await node.reaches(2, "v1")
        try await node.shows("heights") { $0.height != nil }
    }

    private func put(
        _ name: String, _ body: String, _ arguments: String = ""
    ) async throws -> CurlAnswer {
        try await node.curl("/v1/plans/\(name)", "-X PUT \(arguments)", json: body)
    }

    /// The plan once its preflight is made, after which nothing of it changes by itself.
    private func judged(_ name: String) async throws -> CurlAnswer {
        var answer = try await node.curl("/v1/plans/\(name)")
        try await eventually("the plan is judged") {
            answer = try await node.curl("/v1/plans/\(name)")
            return answer.json["verdict"]?.string != nil
        }
        return answer
    }

    private static let declared = #"{"trigger":"height","height":500000}"#

    @Test func `a declaration may be played again and again`() async throws {
        let first = try await put("v3", Self.declared)
        #expect(first.status == 201)
        #expect(first.headers["location"] == "/v1/plans/v3")
        #expect(first.json["state"]?.string == "pending")
        #expect(first.json["origin"]?.string == "operator")
        let kept = try await judged("v3")
        #expect(kept.json["verdict"]?.string == "fail")
        let second = try await put("v3", Self.declared)
        #expect(second.status == 200)
        #expect(second.body == kept.body)
        #expect(second.headers["etag"] == kept.headers["etag"])
        // The chain goes on, and the ETag stays.
        try await node.reaches(20, "v1")
        let etag = try #require(kept.headers["etag"])
        #expect(
            try await node.curl("/v1/plans/v3", "-H 'If-None-Match: \(etag)'").status == 304)
        #expect(try await node.stop() == 0)
    }

    @Test func `another declaration needs the ETag of what it replaces`() async throws {
        _ = try await put("v3", Self.declared)
        let etag = try #require(try await judged("v3").headers["etag"])
        let other = #"{"trigger":"height","height":"600000"}"#
        let bare = try await put("v3", other)
        #expect(bare.status == 428 && bare.problem == "precondition-required")
        let stale = try await put("v3", other, #"-H 'If-Match: "00"'"#)
        #expect(stale.status == 412 && stale.headers["etag"] == etag)
        let only = try await put("v3", Self.declared, "-H 'If-None-Match: *'")
        #expect(only.status == 412)
        let right = try await put("v3", other, "-H 'If-Match: \(etag)'")
        #expect(right.status == 200)
        #expect(right.json["height"] == .integer(600_000))
        // What is declared already is no change, whatever was expected.
        #expect(try await put("v3", other, "-H 'If-Match: \(etag)'").status == 200)
        #expect(try await node.stop() == 0)
    }

    @Test func `a plan is withdrawn, and is known again after a restart until then`() async throws {
        _ = try await put("v3", #"{"trigger":"manual"}"#)
        try await node.kill9()
        try node.start()
        try await node.shows("the node") { $0.daemon?.pid != nil }
        #expect(try await node.curl("/v1/plans/v3").json["origin"]?.string == "operator")
        let gone = try await node.curl("/v1/plans/v3", "-X DELETE")
        #expect(gone.status == 204 && gone.body.isEmpty)
        let again = try await node.curl("/v1/plans/v3", "-X DELETE")
        #expect(again.status == 404 && again.problem == "plan-unknown")
        #expect(try await node.stop() == 0)
    }

    @Test func `names are decoded once and refused by name`() async throws {
        let odd = try await put("v3%2Fa%20b", #"{"trigger":"manual"}"#)
        #expect(odd.status == 201)
        #expect(odd.headers["location"] == "/v1/plans/v3%2Fa%20b")
        #expect(odd.json["name"]?.string == "v3/a b")
        #expect(odd.json["directory"]?.string == "upgrades/v3%2Fa%20b")
        let other = try await node.curl("/v1/plans/V3%2Fa%20b")
        #expect(other.status == 409 && other.json["existing"]?.string == "v3/a b")
        let same = try await put("V3%2Fa%20b", #"{"trigger":"manual"}"#)
        #expect(same.status == 409 && same.json["existing"]?.string == "v3/a b")
        for name in ["v3%0A", "%2E%2E", String(repeating: "x", count: 129)] {
            let answer = try await node.curl("/v1/plans/\(name)")
            #expect(answer.status == 422 && answer.problem == "invalid-name", "\(name)")
        }
        let wrong = try await put("v3", #"{"trigger":"height","heigth":5}"#)
        #expect(wrong.status == 422 && wrong.problem == "invalid-request")
        #expect(wrong.json["detail"]?.string?.contains("/heigth is not known.") == true)
        let broken = try await put("v3", #"{"trigger""#)
        #expect(broken.status == 400 && broken.problem == "malformed-json")
        #expect(try await node.stop() == 0)
    }

    @Test func `an applied plan stays as it is`() async throws {
        let node = try TestNode()
        try node.start()
        try await node.isUpgraded()
        let plan = try await node.curl("/v1/plans/v2")
        #expect(plan.json["state"]?.string == "applied")
        let pinned = try await node.curl(
            "/v1/plans/v2", "-X PUT -H 'If-Match: *'",
            json: #"{"trigger":"chain","height":13}"#)
        #expect(pinned.status == 409 && pinned.problem == "plan-in-use")
        let deleted = try await node.curl("/v1/plans/v2", "-X DELETE")
        #expect(deleted.status == 409 && deleted.problem == "plan-in-use")
        #expect(try await node.stop() == 0)
    }
}
