import FoundationEssentials
import Testing
import Yams

@testable import API
@testable import Supervisor
@testable import SupervisorTests

/// `openapi.yaml` says what the code does, in both directions.
struct OpenAPITests {
    let document: Node

    init() throws {
        var path = #filePath[...]
        for _ in 0..<3 { path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
        let data = try Data(contentsOf: URL(filePath: path + "/openapi.yaml"))
        document = try #require(try compose(yaml: String(decoding: data, as: UTF8.self)))
    }

    @Test func `it lists exactly the routes, with their scopes`() throws {
        var described: Set<String> = []
        for (path, item) in try #require(document["paths"]?.mapping) {
            for (method, operation) in try #require(item.mapping) {
                let isOpen = operation["security"]?.sequence?.isEmpty == true
                let scope = operation["x-scope"]?.string ?? (isOpen ? "open" : "undeclared")
                described.insert("\(method.string ?? "") \(path.string ?? "") \(scope)")
            }
        }
        let routes = Router(board: StatusBoard(.bare)).routes.map { route in
            "\(route.method.rawValue.lowercased()) \(route.template) "
                + (route.scope.map { "\($0)" } ?? "open")
        }
        #expect(described == Set(routes))
    }

    @Test func `every reference leads somewhere`() throws {
        for reference in references(in: document) {
            #expect(resolve(reference) != nil, "\(reference)")
        }
    }

    @Test func `the status that is sent fits its schema`() async throws {
        for status in [Status.full, .bare] {
            let answer = try await Router(board: StatusBoard(status)).get("/v1/status")
            try check(answer.text, schema: "Status")
        }
    }

    @Test func `the plans that are sent fit their schema`() async throws {
        var status = Status.full
        status.plans[0].binary.sha256 = String(repeating: "0f", count: 32)
        status.plans.append(status.plans[0])
        status.plans[1].binary = .absent
        status.plans[1].info = "https://example.org/v3.json"
        let answer = try await Router(board: StatusBoard(status)).get("/v1/plans")
        try check(answer.text, schema: "PlanList")
    }

    @Test func `the preflights that are sent fit their schema`() throws {
        for preflight in [Preflight.v3, .unknown(.v3, because: "nothing was looked at")] {
            let text = String(
                decoding: jsonBytes(of: PreflightBody(preflight)), as: UTF8.self)
            try check(text, schema: "Preflight")
        }
    }

    @Test func `the releases that are sent fit their schema`() throws {
        let release = SignedRelease()
        for evidence in [release.evidence, release.signedDownload] {
            var report = ReleaseReport(page: .evidence(evidence))
            report.signers =
                SignatureTally(
                    evidence.signatures, over: release.download, signers: try release.signers,
                    at: SignedRelease.moment
                ).signers
            report.remarks = ["signature 1: no"]
            try check(
                String(decoding: jsonBytes(of: report.json), as: UTF8.self), schema: "PlanRelease")
        }
    }

    @Test func `the settings that are sent fit their schema`() async throws {
        let settings = [
            Setting(name: "DAEMON_NAME", value: "gaiad", origin: "environment"),
            Setting(name: "DAEMON_RPC_ADDRESS", value: nil, origin: "default"),
        ]
        let answer = try await Router(board: StatusBoard(.bare), settings: settings).get(
            "/v1/config")
        try check(answer.text, schema: "SettingList")
    }

    @Test func `the operations that are sent fit their schema`() async throws {
        var status = Status.bare
        var operation = Operation(
            id: EventID(journal: "k3f9", number: 1), kind: .switch, plan: "v3",
            originator: .system, createdAt: moment, key: nil)
        status.operations.record(operation)
        operation = Operation(
            id: EventID(journal: "k3f9", number: 2), kind: .switch, plan: "v3",
            originator: Originator(kind: .peer, uid: 0, label: "root"), createdAt: moment,
            key: .init(text: "9b1c", fingerprint: "00"))
        operation.state = .succeeded
        operation.step = .start
        operation.progress = .init(done: 1, total: 2, unit: .steps)
        operation.reason = "now"
        operation.finishedAt = moment
        operation.result = .init(downtime: .milliseconds(214), steps: [.stop: .milliseconds(101)])
        operation.failure = .init(slug: "backup-failed", detail: "no room", remedy: "make some")
        status.operations.record(operation)
        let answer = try await Router(board: StatusBoard(status)).get("/v1/operations")
        try check(answer.text, schema: "OperationList")
    }

    @Test func `a problem that is sent fits its schema`() async throws {
        let answer = try await Router(board: StatusBoard(.bare)).get("/nothing")
        try check(answer.text, schema: "Problem")
    }

    @Test func `the examples fit their schemas`() throws {
        let schemas = [
            ("/v1/status", "Status"), ("/v1/plans", "PlanList"), ("/v1/config", "SettingList"),
            ("/v1/operations", "OperationList"), ("/v1/operations/{id}", "Operation"),
            ("/v1/events", "EventList"), ("/v1/plans/{name}/preflight", "Preflight"),
        ]
        for (path, schema) in schemas {
            let responses = document["paths"]?[path]?["get"]?["responses"]?.mapping
            // A quoted number is another key to Yams than the same text unquoted.
            let success = responses?.first { $0.key.scalar?.string == "200" }?.value
            let content = success?["content"]?["application/json"]
            let example = try #require(content?["example"])
            let root = try #require(document["components"]?["schemas"]?[schema])
            expect(example, fits: root, at: path)
        }
    }

    @Test func `every member of what is answered is always present`() throws {
        // A problem has the members of its type; requests say which of theirs are needed.
        for (name, schema) in try #require(document["components"]?["schemas"]?.mapping) {
            let name = name.string ?? ""
            guard name != "Problem", !name.hasSuffix("Request") else { continue }
            let properties = schema["properties"]?.mapping?.keys.compactMap(\.scalar?.string) ?? []
            let required = schema["required"]?.sequence?.compactMap(\.scalar?.string) ?? []
            #expect(Set(properties) == Set(required), "\(name)")
        }
    }

    @Test func `closed lists are the code's`() throws {
        let lists: [(String, String, [String])] = [
            ("Phase", "name", Status.PhaseName.allCases.map(\.rawValue)),
            ("Phase", "reason_code", BlockReason.allCases.map(\.rawValue) + ["null"]),
            ("Phase", "step", UpgradeStep.allCases.map(\.rawValue) + ["null"]),
            ("Plan", "state", PlanState.allCases.map(\.rawValue)),
            ("Plan", "reason_code", PlanReason.allCases.map(\.rawValue)),
            ("Plan", "origin", PlanFacts.Origin.allCases.map(\.rawValue)),
            ("Plan", "trigger", PlanFacts.Trigger.allCases.map(\.rawValue)),
            ("PlanRequest", "trigger", PlanFacts.Trigger.allCases.map(\.rawValue)),
            ("Binary", "state", BinaryFacts.State.allCases.map(\.rawValue)),
            ("Binary", "trust", BinaryFacts.Trust.allCases.map(\.rawValue) + ["null"]),
            ("Binary", "source", BinaryFacts.Source.allCases.map(\.rawValue) + ["null"]),
            ("Operation", "kind", Operation.Kind.allCases.map(\.rawValue)),
            ("Operation", "state", Operation.State.allCases.map(\.rawValue)),
            ("Operation", "step", UpgradeStep.allCases.map(\.rawValue) + ["null"]),
            ("PreflightCheck", "id", PreflightCheck.ID.allCases.map(\.rawValue)),
            ("PreflightCheck", "result", PreflightResult.allCases.map(\.rawValue)),
            ("Preflight", "verdict", PreflightResult.allCases.map(\.rawValue)),
            ("Event", "kind", Event.Kind.allCases.map(\.rawValue)),
            ("Progress", "unit", Operation.Progress.Unit.allCases.map(\.rawValue)),
            ("Actor", "kind", Originator.Kind.allCases.map(\.rawValue)),
            ("Problem", "type", ["about:blank"] + ProblemType.all.map(\.uri)),
        ]
        for (schema, member, values) in lists {
            let node = document["components"]?["schemas"]?[schema]?["properties"]?[member]
            let listed = try #require(node?["enum"]?.sequence).compactMap(\.scalar?.string)
            #expect(listed == values, "\(schema).\(member)")
        }
        let checks = document["paths"]?["/readyz/{check}"]?["get"]?["parameters"]?[0]?["schema"]
        let listed = try #require(checks?["enum"]?.sequence).compactMap(\.string)
        #expect(listed == Health.Check.allCases.map(\.rawValue))
    }

    @Test func `every operation says how it may be refused`() throws {
        for (path, item) in try #require(document["paths"]?.mapping) {
            for (method, operation) in try #require(item.mapping) {
                let codes = operation["responses"]?.mapping?.keys.compactMap(\.scalar?.string) ?? []
                let place = "\(method.string ?? "") \(path.string ?? "")"
                #expect(Set(codes).isSuperset(of: ["401", "403", "421", "default"]), "\(place)")
            }
        }
    }

    private func check(_ json: String, schema: String) throws {
        // JSON is YAML.
        let value = try #require(try compose(yaml: json))
        let root = try #require(document["components"]?["schemas"]?[schema])
        expect(value, fits: root, at: schema)
    }
}
