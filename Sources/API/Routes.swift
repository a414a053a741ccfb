import Supervisor

extension Router {
    /// The table of everything that is served; `openapi.yaml` describes exactly this.
    ///
    /// - Parameters:
    ///   - settings: What `/v1/config` shows; free of secrets.
    ///   - opensMetrics: Shows `/metrics` to everyone who may use a listener.
    package init(
        node supervisor: NodeSupervisor, http: HTTPCounters = HTTPCounters(),
        settings: [Setting] = [], opensMetrics: Bool = false
    ) {
        let board = supervisor.board
        let health = Health(board: board)
        let node = NodeResource(board: board)
        let plans = PlansResource(node: supervisor)
        let start = StartPage()
        let problems = ProblemPages()
        let description = OpenAPIResource()
        let config = ConfigResource(settings)
        let table = [
            Route(.get, "/", scope: nil, answer: start.page),
            Route(.get, "/livez", scope: nil, answer: health.livez),
            Route(.get, "/readyz", scope: nil, answer: health.readyz),
            Route(.get, "/readyz/{check}", scope: nil, answer: health.check),
            Route(.get, "/openapi.json", scope: nil, answer: description.json),
            Route(.get, "/problems/{slug}", scope: nil, answer: problems.page),
            Route(.get, "/v1/status", scope: .read, answer: node.status),
            Route(.get, "/v1/config", scope: .read, answer: config.config),
            Route(.get, "/v1/plans", scope: .read, answer: plans.list),
            Route(.get, "/v1/plans/{name}", scope: .read, answer: plans.plan),
            Route(
                .put, "/v1/plans/{name}", scope: .operate, takes: .json, answer: plans.put),
            Route(.delete, "/v1/plans/{name}", scope: .operate, answer: plans.delete),
        ]
        let own = RouteName(method: .get, template: "/metrics")
        let metrics = MetricsResource(
            board: board, counters: supervisor.counters, http: http, journal: supervisor.journal,
            routes: table.map(\.name) + [own])
        routes =
            table + [
                Route(
                    own.method, own.template, scope: opensMetrics ? nil : .read,
                    answer: metrics.metrics)
            ]
    }
}

extension Route {
    fileprivate var name: RouteName { RouteName(method: method, template: template) }
}

/// What the board shows, as resources.
struct NodeResource: Sendable {
    let board: StatusBoard
    private let rendering: StatusRendering

    init(board: StatusBoard) {
        self.board = board
        rendering = StatusRendering(board)
    }

    @Sendable func status(_ call: Call) -> Response {
        Response(status: .ok, type: "application/json", bytes: rendering.bytes)
    }
}

/// A complete list.
struct List<Item: Encodable>: Encodable {
    let items: [Item]

    enum CodingKeys: String, CodingKey {
        case items
    }
}
