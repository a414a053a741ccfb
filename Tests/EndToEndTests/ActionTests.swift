import Glibc
import Testing

/// Start, stop and restart as people send them, and the operations they make.
@Suite(.serialized) struct ActionTests {
    private static let never = ["upgrades": "v2@1000000"]

    @Test func `stop, start and restart are answered at their ends`() async throws {
        let node = try TestNode(chain: Self.never)
        try node.start()
        try await node.reaches(3, "v1")
        let stop = try await node.act("stop", #"{"reason":"moving"}"#)
        #expect(stop.kind == "stop" && stop.state == "succeeded" && stop.actor.kind == "peer")
        #expect(node.ledger.all("end").count == 1)
        #expect(try node.status().phase.name == "idle")
        #expect(try node.status().hold != nil)
        #expect(try await node.act("start").state == "succeeded")
        #expect(try node.status().hold == nil)
        #expect(try await node.act("restart").state == "succeeded")
        try await eventually("a third start") { node.ledger.starts == ["v1", "v1", "v1"] }
        let list: ListView<OperationView> = try await node.get("/v1/operations")
        #expect(list.items.map(\.kind) == ["restart", "start", "stop"])
        #expect(try await node.stop() == 0)
        #expect(node.ledger.violations == [])
    }

    @Test func `a repeated request begins nothing, also after a crash of ours`() async throws {
        let node = try TestNode(chain: Self.never)
        try node.start()
        try await node.reaches(3, "v1")
        let first = try await node.act("restart", key: "9b1c")
        #expect(try await node.act("restart", key: "9b1c").id == first.id)
        try await node.kill9()
        try node.start()
        try await node.shows("an adopted daemon") { $0.daemon?.adopted == true }
        try await eventually("the history is read") {
            let list: ListView<OperationView>? = try? await node.get("/v1/operations")
            return list?.items.contains { $0.id == first.id } ?? false
        }
        #expect(try await node.act("restart", key: "9b1c").id == first.id)
        #expect(node.ledger.starts == ["v1", "v1"])
    }

    @Test func `a stopped node stays stopped through crashes of ours until start`() async throws {
        let node = try TestNode(chain: Self.never)
        try node.start()
        try await node.reaches(3, "v1")
        try await node.act("stop")
        for _ in 0..<2 {
            try await node.kill9()
            try node.start()
            try await node.shows("the hold") { $0.hold != nil && $0.phase.name == "idle" }
        }
        #expect(try await node.stop() == 0)
        try node.start()
        try await node.shows("the hold") { $0.hold != nil && $0.phase.name == "idle" }
        #expect(node.ledger.starts == ["v1"])
        #expect(try await node.act("start").state == "succeeded")
        try await eventually("a second start") { node.ledger.starts == ["v1", "v1"] }
    }

    @Test func `a stopped node stays stopped also when its plan is due`() async throws {
        let node = try TestNode(v2: nil)
        try node.start()
        try await node.shows("a due plan") { $0.phase.waiting_for == "binary" }
        try await node.act("stop")
        try node.installV2()
        for _ in 0..<2 {
            try await node.kill9()
            try node.start()
            try await node.shows("the hold") { $0.hold != nil && $0.phase.name == "idle" }
        }
        #expect(node.ledger.starts == ["v1"])
        #expect(node.current != "upgrades/v2")
        try await node.act("start")
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }

    @Test func `an upgrade of the chain is an operation of the system`() async throws {
        let node = try TestNode()
        try node.start()
        try await node.isUpgraded()
        let list: ListView<OperationView> = try await node.get("/v1/operations")
        let operation = try #require(list.items.first)
        #expect(list.items.count == 1)
        #expect(operation.kind == "switch" && operation.plan == "v2")
        #expect(operation.actor.kind == "system")
        #expect(operation.state == "succeeded")
        let steps = try #require(operation.result?.steps)
        #expect(
            Set(steps.keys) == [
                "stop", "acquire", "backup", "hooks", "pre_upgrade", "switch", "start",
            ])
        let one: OperationView = try await node.get("/v1/operations/\(operation.id)?wait=50")
        #expect(one.id == operation.id)
    }
}
