import Supervisor

/// The history of the node: in pages, or as a stream of what happens.
struct EventsResource: Sendable {
    let supervisor: NodeSupervisor
    let places: StreamPlaces
    private let frames = EventFrames()

    init(supervisor: NodeSupervisor, places: StreamPlaces) {
        self.supervisor = supervisor
        self.places = places
    }

    private static let json = OfferedType("application/json")
    private static let stream = OfferedType("text/event-stream")

    @Sendable func events(_ call: Call) async throws(Problem) -> Response {
        let query = try EventQuery(call.request.target)
        guard Accept(call.request.headers).best(of: [Self.json, Self.stream]) == Self.stream else {
            return await page(query)
        }
        return try stream(query, for: call.request)
    }

    private func page(_ query: EventQuery) async -> Response {
        let page = await supervisor.events(after: query.after, limit: query.limit)
        let newest = supervisor.journal.newest
        let isLast = page.events.last.map { $0.id == newest } ?? true
        let oldest =
            page.isGapless ? nil : await supervisor.events(after: nil, limit: 1).events.first
        return .json(
            EventList(
                items: page.events.map(EventBody.init),
                next: isLast ? nil : page.events.last.map { query.next(after: $0.id) },
                reset: page.isGapless ? nil : ResetBody(oldest: oldest?.id, newest: newest)))
    }

    private func stream(_ query: EventQuery, for request: Request) throws(Problem) -> Response {
        let place = try places.take(for: request.caller)
        let stream = EventStream(
            supervisor: supervisor, frames: frames, client: request.client,
            start: query.start(in: request.headers))
        return Response(
            status: .ok, type: Self.stream.name, headers: [.init("X-Accel-Buffering", "no")]
        ) { writer throws(StreamEnd) in
            // Given back when nobody holds the answer any more.
            defer { withExtendedLifetime(place) {} }
            try await stream.send(to: writer)
        }
    }
}

/// A page of events.
struct EventList: Encodable {
    let items: [EventBody]
    @Nullable var next: String?
    @Nullable var reset: ResetBody?

    enum CodingKeys: String, CodingKey {
        case items, next, reset
    }
}

/// Which events are asked for.
struct EventQuery: Equatable {
    let after: EventID?
    let limit: Int
    private let isLimited: Bool

    /// - Throws: 422 for a parameter that cannot be understood, or is there twice.
    init(_ target: Target) throws(Problem) {
        let after = target.values("after")
        let limits = target.values("limit")
        var errors: [RequestObject.MemberError] = []
        self.after = after.first.flatMap { EventID($0) }
        if after.count > 1 || after.count != (self.after == nil ? 0 : 1) {
            errors.append(.init(pointer: "/after", detail: "must be the id of an event"))
        }
        limit = limits.first.map { Int($0) ?? 0 } ?? 100
        if limits.count > 1 || !(1...1000).contains(limit) {
            errors.append(.init(pointer: "/limit", detail: "must be an integer from 1 to 1000"))
        }
        isLimited = !limits.isEmpty
        guard errors.isEmpty else { throw .invalidRequest(errors) }
    }

    func next(after id: EventID) -> String {
        "/v1/events?after=\(id)" + (isLimited ? "&limit=\(limit)" : "")
    }

    /// A client that connects again says where it was by Last-Event-ID, whatever its address says.
    func start(in headers: Headers) -> EventStream.Start {
        if let last = headers["last-event-id"], !last.isEmpty {
            return EventID(last).map { .after($0) } ?? .unknown
        }
        return after.map { .after($0) } ?? .live
    }
}
