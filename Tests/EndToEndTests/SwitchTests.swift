import Glibc
import Supervisor
import Testing

/// A switch by hand, with the client that people use.
struct SwitchTests {
    /// Asks for the switch by the staged binary's digest and waits for its end, as the guide of the
    /// API has it.
    private static let walk = #"""
        S="curl -sS --unix-socket $SOCKET"
        d=$($S http://localhost/v1/plans/v2 | jq -er .binary.sha256)
        op=$($S -H 'Content-Type: application/json' -H 'Prefer: wait=50' \
            -H "Idempotency-Key: \"$(cat /proc/sys/kernel/random/uuid)\"" \
            -d "{\"sha256\":\"$d\",\"force\":$FORCE}" http://localhost/v1/plans/v2/switch)
        id=$(printf %s "$op" | jq -er .id) || { printf %s "$op"; exit 1; }
        until printf %s "$op" | jq -e '.state!="running"' >/dev/null
        do op=$($S "http://localhost/v1/operations/$id?wait=50"); done
        printf %s "$op" | jq -c '[.kind,.plan,.state,.problem,(.result.steps|keys)]'
        """#

    private func walk(_ node: TestNode, isForced: Bool) async throws -> String {
        try await shell(Self.walk, ["SOCKET": node.socket, "FORCE": "\(isForced)"])
    }

    @Test func `a plan that is not due is refused, and carried out when it is forced`()
        async throws
    {
        // A release without a migration may start before its height.
        let node = try TestNode(
            chain: ["upgrades": ""], v2: ["handlers": "", "new_stores": ""])
        // A file of its own: one that is shared is another whenever a test comes or goes.
        let binary = node.path + "/cosmovisor/upgrades/v2/bin/simd"
        _ = try await shell("cp \(binary) \(binary).own && mv \(binary).own \(binary)")
        try node.start()
        try await node.reaches(3, "v1")
        try await node.shows("heights") { $0.height != nil }
        let declared = try await node.curl(
            "/v1/plans/v2", "-X PUT", json: #"{"trigger":"height","height":900000}"#)
        #expect(declared.status == 200)
        var digest: String?
        try await eventually("the binary is hashed") {
            digest = try await node.curl("/v1/plans/v2").json["binary"]?["sha256"]?.string
            return digest != nil
        }
        let early = try await walk(node, isForced: false)
        #expect(early.contains("/problems/plan-not-due"), "\(early)")
        #expect(early.contains("plan is for 900000"), "\(early)")
        let done = try await walk(node, isForced: true)
        #expect(
            done.contains(
                #"["switch","v2","succeeded",null,["acquire","backup","hooks","pre_upgrade","#),
            "\(done)")
        try await node.shows("v2") { $0.plan == "v2" && $0.daemon?.pid != nil }
        let again = try await node.curl(
            "/v1/plans/v2/switch", json: #"{"sha256":"\#(digest ?? "")"}"#)
        #expect(again.status == 200)
        #expect(try await node.stop() == 0)
    }
}
