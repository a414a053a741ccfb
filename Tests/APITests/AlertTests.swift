import Testing

@testable import API
@testable import Supervisor

/// The shipped rules and configuration of Prometheus.
struct AlertTests {
    private static let root = String(
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
            .joined(separator: "/"))

    @Test(.enabled(if: Tool.works("promtool --version"), "promtool of Debian's prometheus"))
    func `promtool takes the shipped rules and configuration`() {
        let folder = Self.root + "/deploy/prometheus"
        let rules = Tool.run("promtool check rules '\(folder)/alerts.yml'")
        #expect(rules.code == 0, "\(rules.output)")
        #expect(rules.output.contains("SUCCESS: 8 rules found"))
        let configuration = Tool.run(
            "promtool check config --syntax-only '\(folder)/prometheus.yml'")
        #expect(configuration.code == 0, "\(configuration.output)")
    }

    @Test(.enabled(if: Tool.works("promtool --version"), "promtool of Debian's prometheus"))
    func `every alert fires when it must and is silent when it must not`() {
        let result = Tool.run("promtool test rules '\(Self.root)'/Tests/Prometheus/*.yml")
        #expect(result.code == 0, "\(result.output)")
        #expect(result.output.split(separator: "SUCCESS").count == 9, "\(result.output)")
    }

    @Test func `the rules know no metric that we have not`() throws {
        let rules = Tool.run("cat '\(Self.root)/deploy/prometheus/alerts.yml'").output
        let words = rules.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        let used = Set(words.filter { $0.hasPrefix("switchyard_") }.map(String.init))
        #expect(used.count > 10)
        #expect(used.isSubset(of: Catalogue.all))
    }
}
