import Supervisor

extension Router {
    /// The table of everything that is served; `openapi.yaml` describes exactly this.
    ///
    /// - Parameters:
    ///   - settings: What `/v1/config` shows; free of secrets.
    ///   - opensMetrics: Shows `/metrics` to everyone who may use a listener.
    ///   - horizon: How far ahead a plan that cannot succeed makes the node unready for it.
    package init(
        node supervisor: NodeSupervisor, http: HTTPCounters = HTTPCounters(),
        settings: [Setting] = [], opensMetrics: Bool = false,
        horizon: Duration = .seconds(72 * 3600)
    ) {
        let board = supervisor.board
        let health = Health(board: board, horizon: horizon)
        let node = NodeResource(board: board)
        let start = StartPage()
        let problems = ProblemPages()
        let description = OpenAPIResource()
        let config = ConfigResource(settings)
        let places = StreamPlaces(counting: http)
        let waiting = Waiting(board: board, places: places)
        let events = EventsResource(supervisor: supervisor, places: places)
        let operations = OperationsResource(supervisor: supervisor, waiting: waiting)
        let actions = Actions(waiting: waiting)
        let daemon = DaemonActions(supervisor: supervisor, actions: actions)
        let plans = PlansResource(node: supervisor, actions: actions)
        let staging = StagingRoutes(node: supervisor, actions: actions)
        let single = [
            Route(.get, "/", scope: nil, answer: start.page),
            Route(.get, "/livez", scope: nil, answer: health.livez),
            Route(.get, "/readyz", scope: nil, answer: health.readyz),
            Route(.get, "/readyz/{check}", scope: nil, answer: health.check),
            Route(.get, "/openapi.json", scope: nil, answer: description.json),
            Route(.get, "/problems/{slug}", scope: nil, answer: problems.page),
            Route(.get, "/v1/status", scope: .read, answer: node.status),
            Route(.get, "/v1/config", scope: .read, answer: config.config),
            Route(.get, "/v1/events", scope: .read, answer: events.events),
        ]
        let groups = [
            plans.routes, staging.routes, daemon.routes, operations.routes,
        ]
        let table = single + groups.joined()
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
