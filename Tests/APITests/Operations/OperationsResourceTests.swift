import Testing

@testable import API
@testable import Supervisor
@testable import SupervisorTests

/// The list of operations, each one, waiting for it and calling it off.
@Suite(.timeLimit(.minutes(5)))
struct OperationsResourceTests {
    private static let reader = Caller.token(id: "k7qm2x4a", label: "ci", scope: .read)

    private static func operation(
        _ number: Int64, _ state: Operation.State = .running, by originator: Originator = .system
    ) -> Operation {
        var operation = Operation(
            id: EventID(journal: "k3f9", number: number), kind: .switch, plan: "v3",
            originator: originator, createdAt: moment, key: nil)
        operation.state = state
        return operation
    }

    private static func board(_ operations: [Operation]) -> StatusBoard {
        var status = Status.bare
        for operation in operations { status.operations.record(operation) }
        return StatusBoard(status)
    }

    @Test func `the newest operation is the first of the list`() async throws {
        let router = Router(
            board: Self.board([Self.operation(1, .succeeded), Self.operation(2)]))
        let answer = try await router.get("/v1/operations", as: Self.reader)
        guard case .array(let items)? = answer.json["items"] else {
            Issue.record("no list: \(answer.text)")
            return
        }
        #expect(items.map { $0["id"]?.string } == ["k3f9.2", "k3f9.1"])
    }

    @Test(arguments: ["k3f9.3", "other.1", "k3f9.01", "k3f9.+1", "k3f9.0", "x", "k3f9."])
    func `an id of no operation is not found`(id: String) async throws {
        let router = Router(board: Self.board([Self.operation(1)]))
        for method in [API.Method.get, .delete] {
            let answer = await router.send(method, "/v1/operations/\(id)")
            #expect(answer.status == .notFound)
            #expect(answer.slug == "operation-unknown")
        }
    }

    @Test func `who waits is answered when it ends`() async throws {
        let board = Self.board([Self.operation(1)])
        let router = Router(board: board)
        async let answer = router.get(
            "/v1/operations/k3f9.1", query: [.init(name: "wait", value: "50")])
        var status = board.status
        status.operations.record(Self.operation(1, .succeeded))
        board.publish(status)
        #expect(try await answer.json["state"] == .string("succeeded"))
        #expect(try await answer.header("Preference-Applied") == "wait=50")
    }

    @Test func `who waits for what goes on is answered when the time is over`() async throws {
        let http = HTTPCounters()
        let router = Router(board: Self.board([Self.operation(1)]), http: http)
        let answer = await router.send(
            .get, "/v1/operations/k3f9.1", query: [.init(name: "wait", value: "1")])
        #expect(answer.json["state"] == .string("running"))
        #expect(http.snapshot.streams == 0)
    }

    @Test(arguments: ["", "x", "-1", "1.5", " 1"])
    func `a wait that is no number is refused`(wait: String) async throws {
        let answer = try await Router(board: Self.board([Self.operation(1)])).get(
            "/v1/operations/k3f9.1", query: [.init(name: "wait", value: wait)])
        #expect(answer.status == .unprocessableContent)
        #expect(answer.slug == "invalid-request")
        #expect(answer.text.contains(#""pointer":"/wait""#))
    }

    @Test func `a fifth waiter of one caller is refused`() async throws {
        let http = HTTPCounters()
        let places = StreamPlaces(counting: http)
        let board = Self.board([Self.operation(1)])
        let resource = OperationsResource(
            supervisor: .unbegun(board), waiting: Waiting(board: board, places: places))
        let router = Router(routes: [
            Route(.get, "/v1/operations/{id}", scope: .read, answer: resource.operation)
        ])
        let held = try (0..<4).map { _ in try places.take(for: Self.reader) }
        #expect(http.snapshot.streams == 4)
        let answer = await router.send(
            .get, "/v1/operations/k3f9.1", query: [.init(name: "wait", value: "9")],
            as: Self.reader)
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.slug == "too-many-streams")
        #expect(answer.header("Retry-After") == "5")
        // Who does not wait needs no place.
        let plain = await router.send(.get, "/v1/operations/k3f9.1", as: Self.reader)
        #expect(plain.status == .ok)
        withExtendedLifetime(held) {}
    }

    @Test func `without a place to wait nothing is begun, but a stop is`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        try await running(node.supervisor()) { supervisor in
            try await Eventually.holds("v1 runs") { node.lines == ["v1 starts"] }
            let places = StreamPlaces(counting: HTTPCounters())
            let actions = Actions(waiting: Waiting(board: supervisor.board, places: places))
            let daemon = DaemonActions(supervisor: supervisor, actions: actions)
            let router = Router(routes: [
                Route(.post, "/restart", scope: .operate, takes: .json, answer: daemon.restart),
                Route(.post, "/stop", scope: .operate, takes: .json, answer: daemon.stop),
            ])
            let root = Caller.peer(uid: 0, name: "root")
            let held = try (0..<4).map { _ in try places.take(for: root) }
            let restart = await router.send(.post, "/restart", headers: ["Prefer": "wait=9"])
            #expect(restart.slug == "too-many-streams")
            #expect(supervisor.board.status.operations.newestFirst.isEmpty)
            let stop = await router.send(.post, "/stop", headers: ["Prefer": "wait=9"])
            #expect(stop.status == .accepted)
            #expect(stop.header("Preference-Applied") == nil)
            withExtendedLifetime(held) {}
        }
    }

    @Test func `a reader may not call off what is not its own`() async throws {
        let answer = await Router(board: Self.board([Self.operation(1, .failed)])).send(
            .delete, "/v1/operations/k3f9.1", as: Self.reader)
        #expect(answer.slug == "insufficient-scope")
        #expect(
            answer.header("WWW-Authenticate")
                == #"Bearer realm="switchyard", error="insufficient_scope", scope="operate""#)
    }

    @Test func `a switch is called off by who may operate, and by no other`() async throws {
        let node = try ScriptNode([
            "genesis": ScriptNode.asking("v1", plan: #"{"name":"v2","height":49}"#),
            "upgrades/v2": ScriptNode.steady("v2"),
        ])
        let hook = try node.installSlowHook()
        try await running(node.supervisor { $0.hook = hook }) { supervisor in
            let router = Router(node: supervisor)
            await waits(supervisor) { $0.phase.step == .hooks }
            let operation = try #require(supervisor.board.status.operations.running.first)
            let path = "/v1/operations/\(operation.id)"
            let refused = await router.send(.delete, path, as: Self.reader)
            #expect(refused.status == .forbidden)
            let answer = await router.send(.delete, path)
            #expect(answer.status == .accepted || answer.status == .ok)
            #expect(answer.header("Location") == path)
            let ended = await router.send(
                .get, path, query: [.init(name: "wait", value: "50")], as: Self.reader)
            #expect(ended.json["state"] == .string("cancelled"))
            let late = await router.send(.delete, path)
            #expect(late.status == .conflict)
            #expect(late.slug == "not-cancellable")
        }
    }
}
