import FoundationEssentials
import Glibc
import Testing

@testable import API
@testable import Supervisor

struct MetricsTests {
    private static let openMetrics = "application/openmetrics-text;version=1.0.0"

    private static let older = "application/openmetrics-text;version=0.0.1"
    /// What Prometheus 2.42 and 3 send.
    private static let prometheus2 =
        "\(openMetrics),\(older);q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    private static let prometheus3 =
        "\(openMetrics);escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;q=0.4,*/*;q=0.2"

    private static let accepts: [(String?, Bool)] = [
        (nil, false), ("*/*", false), ("text/plain", false), ("text/plain;version=0.0.4", false),
        ("application/json", false), ("text/plain;version=9", false), ("", false), ("x", false),
        (older, false), (openMetrics, true), ("application/openmetrics-text", true),
        ("\(openMetrics);q=0.5,text/plain;q=0.4", true),
        ("\(openMetrics);q=0.3,text/plain;q=0.4", false), ("\(openMetrics);q=0", false),
        ("\(openMetrics), */*", true), ("application/*;q=0.5,*/*;q=0.1", true),
        ("application/OpenMetrics-Text; Version=\"1.0.0\" ; Q=1.0", true),
        (prometheus2, true), (prometheus3, true),
    ]

    @Test(arguments: accepts)
    func `the format is the one that is asked for, else the older text`(
        accept: String?, isOpenMetrics: Bool
    ) async throws {
        let headers: Headers = accept.map { ["Accept": $0] } ?? [:]
        let answer = try await Router(board: StatusBoard(.full)).get("/metrics", headers: headers)
        #expect(answer.status == .ok)
        #expect(
            answer.header("Content-Type")
                == (isOpenMetrics
                    ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                    : "text/plain; version=0.0.4; charset=utf-8"))
        #expect(answer.text.hasSuffix("\n# EOF\n") == isOpenMetrics)
        #expect(answer.text.contains("# UNIT ") == isOpenMetrics)
    }

    @Test func `who may read may scrape, and everyone where the operator allows it`() async throws {
        let closed = Router(board: StatusBoard(.bare))
        #expect(try await closed.get("/metrics", as: .anonymous).status == .unauthorized)
        #expect(try await closed.get("/metrics", as: .peer(uid: 1)).status == .ok)
        let open = Router(board: StatusBoard(.bare), opensMetrics: true)
        #expect(try await open.get("/metrics", as: .anonymous).status == .ok)
        #expect(try await open.get("/v1/status", as: .anonymous).status == .unauthorized)
    }

    @Test func `every family of the contract is there, in full or as far as it is known`() {
        let full = Set(Scrape.full.families.filter { !$0.isEmpty }.map(\.name))
        #expect(full == Set(Catalogue.all))
        let bare = Set(Scrape.bare.families.filter { !$0.isEmpty }.map(\.name))
        #expect(bare == Set(Catalogue.all).subtracting(Catalogue.absentWithoutKnowledge))
    }

    @Test func `counters and lists of states are at 0 from the start`() {
        let text = Exposition.text.render(Scrape.bare.families)
        for line in Catalogue.zeros { #expect(text.contains("\n\(line) 0\n"), "\(line)") }
        #expect(text.contains("\nswitchyard_phase{phase=\"idle\"} 1\n"))
        #expect(text.contains("\nswitchyard_config_reload_success 1\n"))
    }

    @Test func `of the phases exactly one is 1`() {
        for phase in Status.PhaseName.allCases {
            var status = Status.full
            status.phase.name = phase
            let text = Exposition.text.render(Scrape(status).families)
            let lines = text.split(separator: "\n").filter { $0.hasPrefix("switchyard_phase{") }
            #expect(lines.count == Status.PhaseName.allCases.count)
            #expect(
                lines.filter { $0.hasSuffix(" 1") } == [
                    "switchyard_phase{phase=\"\(phase.rawValue)\"} 1"
                ])
        }
    }

    @Test func `a reason shows while blocked only`() {
        var status = Status.full
        status.phase.reasonCode = .diskFull
        let line = "switchyard_blocked_reason{reason=\"disk_full\"}"
        #expect(Exposition.text.render(Scrape(status).families).contains("\(line) 0\n"))
        status.phase.name = .blocked
        #expect(Exposition.text.render(Scrape(status).families).contains("\(line) 1\n"))
    }

    @Test func `the next plan's verdict and checks are those of its preflight`() {
        var status = Status.full
        let verdict = "\nswitchyard_next_plan_verdict{verdict="
        let check = "\nswitchyard_next_plan_check{check=\"libraries\",result="
        status.tell(.v3(.fail, of: .libraries))
        let failed = Exposition.text.render(Scrape(status).families)
        #expect(failed.contains("\(verdict)\"fail\"} 1\n"))
        #expect(failed.contains("\(verdict)\"warn\"} 0\n"))
        #expect(failed.contains("\(check)\"fail\"} 1\n"))
        #expect(failed.contains("\(check)\"pass\"} 0\n"))
        #expect(failed.contains("\nswitchyard_next_plan_binary_present 1\n"))
        status.tell(nil)
        let unseen = Exposition.text.render(Scrape(status).families)
        #expect(unseen.contains("\(verdict)\"fail\"} 0\n"))
        #expect(unseen.contains("\(check)\"fail\"} 0\n"))
        status.plans[0].binary = .absent
        let absent = Exposition.text.render(Scrape(status).families)
        #expect(absent.contains("\nswitchyard_next_plan_binary_present 0\n"))
    }

    @Test func `numbers are those of the status and the counters`() {
        let text = Exposition.text.render(Scrape.full.families)
        for line in [
            "switchyard_height 1199950", "switchyard_next_plan_remaining_blocks 50",
            "switchyard_next_plan_remaining_seconds 60", "switchyard_catching_up 0",
            "switchyard_next_plan_info{plan=\"v3\"} 1", "switchyard_plans{state=\"pending\"} 1",
            "switchyard_daemon_start_time_seconds 1795416957.12",
            "switchyard_daemon_exits_total{kind=\"killed\"} 2", "switchyard_held 1",
            "switchyard_switch_downtime_seconds_bucket{le=\"0.1\"} 0",
            "switchyard_switch_downtime_seconds_bucket{le=\"0.25\"} 1",
            "switchyard_switch_downtime_seconds_bucket{le=\"1\"} 1",
            "switchyard_switch_downtime_seconds_bucket{le=\"+Inf\"} 1",
            "switchyard_switch_downtime_seconds_sum 0.214",
            "switchyard_switch_downtime_seconds_count 1",
            "switchyard_last_switch_step_seconds{step=\"pre_upgrade\"} 0.05",
            "switchyard_http_requests_total{route=\"/v1/status\",method=\"GET\",code=\"200\"} 3",
        ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
    }

    @Test func `names from outside cannot break out of their label`() {
        var status = Status.full
        status.next?.plan = "a\\b\"c\nd} 2\n"
        let shown = "switchyard_next_plan_info{plan=\"a\\\\b\\\"c\\nd} 2\\n\"} 1\n"
        for exposition in Exposition.allCases {
            #expect(exposition.render(Scrape(status).families).contains(shown))
        }
    }

    @Test func `OpenMetrics names families without their suffix, and points in bounds`() {
        let text = Exposition.openMetrics.render(Scrape.full.families)
        for line in [
            "# TYPE switchyard_daemon_cpu_seconds counter",
            "# UNIT switchyard_daemon_cpu_seconds seconds",
            "# UNIT switchyard_quarantine_bytes bytes", "# TYPE process_cpu_seconds counter",
            "# TYPE switchyard_switch_downtime_seconds histogram",
            "switchyard_switch_downtime_seconds_bucket{le=\"3600.0\"} 1",
            "switchyard_switch_downtime_seconds_bucket{le=\"+Inf\"} 1",
        ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
        #expect(!text.contains("# UNIT switchyard_phase "))
    }

    @Test func `what a process takes is looked up once a second`() throws {
        let cache = UsageCache()
        let now = Instant.now
        let first = try #require(cache.usage(of: getpid(), at: now))
        var burnt = 0
        while ProcessUsage(pid: getpid())?.cpu == first.cpu { burnt &+= 1 }
        #expect(cache.usage(of: getpid(), at: now + .milliseconds(999)) == first)
        #expect(cache.usage(of: getpid(), at: now + .milliseconds(1000)) != first)
        #expect(cache.usage(of: nil) == nil)
    }
}
