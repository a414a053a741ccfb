import Testing

@testable import API
@testable import Supervisor

struct HTTPCountersTests {
    private let router = Router(board: StatusBoard(.bare))

    @Test(arguments: [
        ("/", "/"), ("/v1/status", "/v1/status"), ("/readyz/daemon", "/readyz/{check}"),
        ("/problems/blocked", "/problems/{slug}"), ("/v1/status/", "unmatched"),
        ("/v1/secret", "unmatched"),
    ])
    func `requests are counted by the template of their route`(path: String, name: String) {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let target = Target(path: path, segments: segments.map(String.init), query: [])
        #expect(router.template(of: target) == name)
    }

    @Test func `no client can make a scrape grow`() {
        let counters = HTTPCounters()
        let methods: [API.Method?] = API.Method.allCases + [nil]
        var count = 0
        for route in router.routes.map(\.template) + [Router.unmatched] {
            for method in methods {
                for status in HTTPStatus.allCases {
                    counters.count { $0.answered(route, method, with: status) }
                    count += 1
                }
            }
        }
        let values = counters.snapshot
        #expect(values.requests.values.reduce(0, +) == count)
        let text = Exposition.text.render(
            Scrape(.full, counters: Scrape.full.counters, http: values, usage: Scrape.full.ownUsage)
                .families)
        let series = text.split(separator: "\n").count { !$0.hasPrefix("#") }
        #expect(series < 450)
    }

    @Test func `durations are told apart by listener`() {
        let counters = HTTPCounters()
        counters.count { $0.took(.milliseconds(3), on: .tcp) }
        let durations = counters.snapshot.durations
        #expect(durations[.tcp]?.counts == [0, 0, 0, 1, 0, 0, 0, 0, 0])
        #expect(durations[.unix]?.counts.allSatisfy { $0 == 0 } == true)
    }

    @Test func `what is open now goes up and down`() {
        let counters = HTTPCounters()
        counters.count { $0.connections[.unix] += 2 }
        counters.count { $0.connections[.unix] -= 1 }
        counters.count { $0.streams += 1 }
        #expect(counters.snapshot.connections[.unix] == 1)
        #expect(counters.snapshot.connections[.tcp] == 0)
        #expect(counters.snapshot.streams == 1)
    }
}
