import Testing

@testable import API
@testable import Supervisor

/// What others make of our metrics.
struct ForeignParserTests {
    @Test(
        .enabled(if: Tool.works("promtool --version"), "promtool of Debian's prometheus"),
        arguments: [false, true])
    func `promtool finds nothing to say against the metrics`(isFull: Bool) throws {
        let scrape = isFull ? Scrape.full : .bare
        let text = Exposition.text.render(scrape.families)
        let result = try Tool.run("promtool check metrics <@", on: text)
        #expect(result.code == 0)
        #expect(result.output.isEmpty, "\(result.output)")
        #expect(text.split(separator: "\n").count { !$0.hasPrefix("#") } < 450)
    }

    @Test(
        .enabled(
            if: Tool.works("/usr/bin/python3 -c 'import prometheus_client'"),
            "Debian's python3-prometheus-client"),
        arguments: [false, true])
    func `the parser of OpenMetrics' authors reads the metrics`(isFull: Bool) throws {
        let scrape = isFull ? Scrape.full : .bare
        let program =
            "from prometheus_client.openmetrics.parser import text_string_to_metric_families as p; "
            + "f = list(p(open(\"@\").read())); print(len(f), sum(len(x.samples) for x in f))"
        let text = Exposition.openMetrics.render(scrape.families)
        let result = try Tool.run("/usr/bin/python3 -c '\(program)'", on: text)
        let families = text.split(separator: "\n").count { $0.hasPrefix("# TYPE ") }
        let samples = text.split(separator: "\n").count { !$0.hasPrefix("#") }
        #expect(result.output == "\(families) \(samples)\n")
    }
}
