import Testing

/// The API as a client knows it that has read nothing but its description.
@Suite(
    .enabled(
        if: Schemathesis.isWanted,
        "Schemathesis is not in .build-schemathesis; `make test` fetches it"))
struct SchemathesisTests {
    @Test func `the API is as its description says, whatever is asked of it`() async throws {
        let node = try TestNode(chain: ["upgrades": "v2@100000"])
        let api = try TestNode.freePort()
        try node.start(["SWITCHYARD_LISTEN": "unix:\(node.socket),tcp:127.0.0.1:\(api)"])
        try await node.shows("the node") { $0.daemon?.pid != nil }
        let token = String(
            try await shell(
                "\"$SWITCHYARD\" token create --scope operate",
                ["DAEMON_HOME": node.path, "DAEMON_NAME": "simd"]
            ).dropLast())
        let code = try await Schemathesis.run(port: api, token: token, in: node.path)
        let report = try node.read("schemathesis")
        #expect(code == 0, "\(report)")
        #expect(report.contains("No issues found"), "\(report)")
        // It did not only look: something was done, and the supervisor is none the worse for it.
        let events = try await node.get("/v1/events?limit=1000", as: ListView<EventView>.self)
        let kinds = Set(events.items.map(\.kind))
        #expect(kinds.isSuperset(of: ["operation_finished", "plan_changed", "hold_changed"]))
        #expect(node.ledger.violations == [])
        #expect(try await node.stop() == 0)
    }
}
