import Supervisor

extension Router {
    /// The table of everything that is served; `openapi.yaml` describes exactly this.
    package init(board: StatusBoard) {
        let health = Health(board: board)
        let node = NodeResource(board: board)
        routes = [
            Route(.get, "/livez", scope: nil, answer: health.livez),
            Route(.get, "/readyz", scope: nil, answer: health.readyz),
            Route(.get, "/readyz/{check}", scope: nil, answer: health.check),
            Route(.get, "/v1/status", scope: .read, answer: node.status),
            Route(.get, "/v1/plans", scope: .read, answer: node.plans),
        ]
    }
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

    @Sendable func plans(_ call: Call) -> Response {
        .json(List(items: board.status.plans.map(PlanBody.init)))
    }
}

/// A complete list.
struct List<Item: Encodable>: Encodable {
    let items: [Item]

    enum CodingKeys: String, CodingKey {
        case items
    }
}
