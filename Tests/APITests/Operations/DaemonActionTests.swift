import FoundationEssentials
import Testing

@testable import API
@testable import Supervisor
@testable import SupervisorTests

/// Start, stop and restart of a node of this process, asked by value.
@Suite(.timeLimit(.minutes(5)))
struct DaemonActionTests {
    /// A node whose daemon runs, and the API in front of it.
    private func withNode(
        _ body: (ScriptNode, NodeSupervisor, Router) async throws -> Void
    ) async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        try await running(node.supervisor()) { supervisor in
            try await Eventually.holds("v1 runs") { node.lines == ["v1 starts"] }
            await waits(supervisor) { $0.daemon?.pid != nil }
            try await body(node, supervisor, Router(node: supervisor))
        }
    }

    @Test func `an action is answered with its operation, and where that is`() async throws {
        try await withNode { node, supervisor, router in
            let answer = await router.send(
                .post, "/v1/daemon/restart", #"{"reason":"new settings"}"#)
            #expect(answer.status == .accepted)
            let id = try #require(answer.json["id"]?.string)
            #expect(answer.header("Location") == "/v1/operations/\(id)")
            #expect(answer.header("Preference-Applied") == nil)
            #expect(answer.json["kind"] == .string("restart"))
            #expect(answer.json["state"] == .string("running"))
            #expect(answer.json["reason"] == .string("new settings"))
            #expect(answer.json["actor"]?["uid"] == .integer(0))
            #expect(answer.json["finished_at"] == .null)
            await waits(supervisor) { $0.operations.running.isEmpty }
            try await Eventually.holds("v1 runs anew") { node.lines.count == 3 }
        }
    }

    @Test func `who prefers to wait is answered at the end`() async throws {
        try await withNode { node, _, router in
            let answer = await router.send(
                .post, "/v1/daemon/restart", headers: ["Prefer": "respond-async, wait=90; x=1"])
            #expect(answer.status == .ok)
            #expect(answer.header("Preference-Applied") == "wait=50")
            #expect(answer.json["state"] == .string("succeeded"))
            #expect(answer.json["finished_at"]?.string != nil)
            #expect(answer.json["cancellable"] == .bool(false))
            try await Eventually.holds("v1 runs anew") { node.lines.count == 3 }
        }
    }

    @Test func `a client that leaves ends its waiting`() async throws {
        try await withNode { node, supervisor, router in
            let answer = await router.send(
                .post, "/v1/daemon/stop", headers: ["Prefer": "wait=50"], client: .gone)
            #expect(answer.json["kind"] == .string("stop"))
            await waits(supervisor) { $0.phase.name == .idle }
            #expect(node.lines.last == "v1 ends")
        }
    }

    @Test func `what is done already is answered as done`() async throws {
        try await withNode { _, supervisor, router in
            let started = await router.send(.post, "/v1/daemon/start")
            #expect(started.status == .ok)
            #expect(started.json["state"] == .string("succeeded"))

            _ = await router.send(.post, "/v1/daemon/stop", headers: ["Prefer": "wait=50"])
            let stopped = await router.send(.post, "/v1/daemon/stop", "{}")
            #expect(stopped.status == .ok)
            #expect(stopped.json["state"] == .string("succeeded"))
            #expect(supervisor.board.status.hold?.actor == "root")
        }
    }

    @Test func `a stop without a hold keeps nothing stopped`() async throws {
        try await withNode { node, supervisor, router in
            let answer = await router.send(
                .post, "/v1/daemon/stop", #"{"hold":false,"reason":"a moment"}"#,
                headers: ["Prefer": "wait=50"])
            #expect(answer.json["reason"] == .string("a moment"))
            #expect(supervisor.board.status.hold == nil)
            #expect(HoldFile.read(in: node.home) == nil)
        }
    }

    @Test func `a held node is started by nothing but start`() async throws {
        try await withNode { node, supervisor, router in
            let token = Caller.token(id: "k7qm2x4a", label: nil, scope: .operate)
            _ = await router.send(
                .post, "/v1/daemon/stop", #"{"hold":null,"reason":"moved"}"#,
                headers: ["Prefer": "wait=50"], as: token)
            #expect(HoldFile.read(in: node.home)?.reason == "moved")
            #expect(supervisor.board.status.hold?.actor == "k7qm2x4a")
            let restart = await router.send(.post, "/v1/daemon/restart")
            #expect(restart.status == .conflict)
            #expect(restart.slug == "daemon-held")
            let start = await router.send(
                .post, "/v1/daemon/start", headers: ["Prefer": "wait=50"])
            #expect(start.json["state"] == .string("succeeded"))
            #expect(supervisor.board.status.hold == nil)
        }
    }

    @Test func `one operation at a time, but a stop always`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.slowlyEnding("v1")])
        try await running(node.supervisor()) { supervisor in
            let router = Router(node: supervisor)
            try await Eventually.holds("v1 runs") { node.lines == ["v1 starts"] }
            await waits(supervisor) { $0.daemon?.pid != nil }
            let first = await router.send(.post, "/v1/daemon/restart")
            #expect(first.status == .accepted)
            #expect(supervisor.board.status.operations.running.count == 1)
            for action in ["start", "restart"] {
                let second = await router.send(.post, "/v1/daemon/\(action)")
                #expect(second.status == .conflict)
                #expect(second.slug == "operation-in-progress")
                #expect(second.json["operation"] == first.json["id"])
            }
            let status = try await router.get("/v1/status")
            #expect(status.json["operation"] == first.json["id"])
            let stop = await router.send(.post, "/v1/daemon/stop")
            #expect(stop.status == .accepted)
            try node.letEnd()
            await waits(supervisor) { $0.phase.name == .idle }
        }
    }

    @Test func `a repeated key begins nothing, another request with it is refused`() async throws {
        try await withNode { node, _, router in
            let headers: Headers = ["Idempotency-Key": #""9b1c""#, "Prefer": "wait=50"]
            let first = await router.send(
                .post, "/v1/daemon/restart", #"{"reason":"a"}"#, headers: headers)
            #expect(first.json["idempotency_key"] == .string("9b1c"))
            let again = await router.send(
                .post, "/v1/daemon/restart", #"{"reason":"a"}"#, headers: headers)
            #expect(again.json["id"] == first.json["id"])
            #expect(again.status == .ok)
            let others = [
                await router.send(.post, "/v1/daemon/start", #"{}"#, headers: headers),
                await router.send(
                    .post, "/v1/daemon/restart", #"{"reason":"b"}"#, headers: headers),
                await router.send(
                    .post, "/v1/daemon/restart", #"{"reason":"a"}"#, headers: headers,
                    as: .peer(uid: 1)),
            ]
            for other in others {
                #expect(other.status == .unprocessableContent)
                #expect(other.slug == "idempotency-key-reused")
            }
            try await Eventually.holds("v1 runs anew") { node.lines.count == 3 }
        }
    }

    @Test func `a hold that cannot be written stops nothing`() async throws {
        try await withNode { node, supervisor, router in
            let home = node.home
            try FileManager.default.createDirectory(
                atPath: home.holdRecord, withIntermediateDirectories: false)
            try Data().write(to: URL(filePath: home.holdRecord + "/x"))
            let answer = await router.send(.post, "/v1/daemon/stop")
            #expect(answer.status == .internalServerError)
            #expect(answer.json["remedy"]?.string?.contains("writable") == true)
            #expect(supervisor.board.status.phase.name == .running)
            #expect(node.lines == ["v1 starts"])
            try FileManager.default.removeItem(atPath: home.holdRecord)
        }
    }

    @Test func `operate is needed`() async throws {
        let router = Router(board: StatusBoard(.bare))
        for action in ["start", "stop", "restart"] {
            let answer = await router.send(
                .post, "/v1/daemon/\(action)",
                as: .token(id: "k7qm2x4a", label: nil, scope: .stage))
            #expect(answer.slug == "insufficient-scope")
        }
    }

    @Test(arguments: [
        ("start", #"{"hold":true}"#), ("stop", #"{"hold":1}"#), ("stop", #"{"why":"x"}"#),
        ("restart", #"{"reason":"a\u0000b"}"#), ("restart", #"{"hold":true}"#),
    ])
    func `a member too many or of the wrong type is refused`(
        action: String, body: String
    ) async throws {
        let answer = await Router(board: StatusBoard(.bare)).send(
            .post, "/v1/daemon/\(action)", body)
        #expect(answer.slug == "invalid-request")
        guard case .array(let errors)? = answer.json["errors"] else {
            Issue.record("no errors")
            return
        }
        #expect(errors.count == 1)
    }
}
