import FoundationEssentials
import Supervisor

/// `/metrics`: one status and one look at the counters, as text.
struct MetricsResource: Sendable {
    let board: StatusBoard
    let counters: Counters
    let http: HTTPCounters
    let journal: Journal
    let routes: [RouteName]
    private let usage = UsageCache()
    private let cache = ScrapeCache()

    init(
        board: StatusBoard, counters: Counters, http: HTTPCounters, journal: Journal,
        routes: [RouteName]
    ) {
        self.board = board
        self.counters = counters
        self.http = http
        self.journal = journal
        self.routes = routes
    }

    @Sendable func metrics(_ call: Call) -> Response {
        let exposition = Exposition(for: Accept(call.request.headers))
        let (status, revision) = board.numbered
        let bytes = cache.bytes(of: exposition, revision: revision) {
            Array(exposition.render(scrape(of: status).families).utf8)
        }
        return Response(status: .ok, type: exposition.contentType, bytes: bytes)
    }

    private func scrape(of status: Status) -> Scrape {
        Scrape(
            status: status, counters: counters.snapshot, http: http.snapshot,
            droppedEvents: journal.dropped, routes: routes,
            ownUsage: usage.usage(of: status.supervisor.pid),
            daemonUsage: usage.usage(of: status.daemon?.pid), now: .now)
    }
}
