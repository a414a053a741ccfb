import FoundationEssentials
import Testing

/// `docs/conformance.md` leaves nothing out, and names tests that there are.
struct ConformancePageTests {
    /// A row of one of the page's tables: what it is about, its cells, and the tests in them.
    struct Row {
        let key: String
        let cells: [String]

        /// `Suite/sentence`, as the page writes them.
        var tests: [String] {
            cells.dropFirst().flatMap { cell in
                cell.matches(of: /`(\w+Tests\/[^`]+)`/).map { String($0.output.1) }
            }
        }
    }

    private let root = String(
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
            .joined(separator: "/"))

    @Test func `every test that it names is there, in the suite that it names`() throws {
        let known = try tests()
        for row in try rows() {
            let verdict = row.cells.dropFirst().first ?? ""
            #expect(
                !row.tests.isEmpty || verdict.hasPrefix("not applicable: "), "\(row.key): no test")
            let missing = row.tests.filter { !known.contains($0) }
            #expect(missing == [], "\(row.key)")
        }
    }

    @Test func `each of Cosmovisor's tests has a row, and each row a verdict with its why`() throws
    {
        let rows = try rows(of: "Cosmovisor's own tests")
        for test in Self.cosmovisorsTests {
            #expect(rows.filter { $0.key.contains(test) }.count == 1, "\(test)")
        }
        for row in rows {
            let verdict = row.cells.dropFirst().first ?? ""
            let isOne =
                verdict == "same" || verdict.hasPrefix("better: ")
                || verdict.hasPrefix("not applicable: ")
            #expect(isOne, "\(row.key): \(verdict)")
        }
    }

    @Test func `each gap and each later test of Cosmovisor's has its row`() throws {
        let rows = try rows(of: "What they leave out").map(\.key)
        for item in Self.gaps { #expect(rows.filter { $0 == item }.count == 1, "\(item)") }
        let later = try self.rows(of: "Its later tests").map(\.key)
        for item in Self.laterTests { #expect(later.contains { $0.contains(item) }, "\(item)") }
    }

    @Test func `each scenario and each report has its row`() throws {
        let scenarios = try numbers(of: "Ways of a chain")
        #expect(scenarios == Array(1...30))
        let reports = try numbers(of: "What users reported")
        #expect(reports == Array(1...29))
    }

    private func numbers(of section: String) throws -> [Int] {
        try rows(of: section).compactMap { Int($0.key.prefix { $0.isNumber }) }
    }

    // MARK: - The page

    private func rows() throws -> [Row] {
        try rows(in: text("docs/conformance.md")[...])
    }

    private func rows(of section: String) throws -> [Row] {
        let page = try text("docs/conformance.md")
        let parts = page.split(separator: "\n## ")
        return rows(in: try #require(parts.first { $0.hasPrefix(section + "\n") }, "\(section)"))
    }

    private func rows(in text: Substring) -> [Row] {
        let lines = text.split(separator: "\n")
        return lines.indices.compactMap { index in
            // Neither a table's head nor the line below it.
            guard lines[index].hasPrefix("| "), !lines[index].hasPrefix("| --"),
                index + 1 >= lines.count || !lines[index + 1].hasPrefix("| --")
            else { return nil }
            let cells = lines[index].split(separator: "|").map { cell in
                String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            return Row(key: cells.first ?? "", cells: cells)
        }
    }

    // MARK: - The sources

    /// Each test as `Suite/sentence`, with every type of its file for a suite.
    private func tests() throws -> Set<String> {
        let files = try FileManager.default.subpathsOfDirectory(atPath: root + "/Tests")
        return try files.filter { $0.hasSuffix(".swift") }.reduce(into: []) { tests, file in
            let text = try text("Tests/" + file)
            let suites = text.matches(of: /(?:struct|class|extension) (\w+Tests)\b/).map(\.output.1)
            for name in text.matches(of: /func\s+`([^`]+)`/).map(\.output.1) {
                tests.formUnion(suites.map { "\($0)/\(name)" })
            }
        }
    }

    private func text(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: root + "/" + file)), as: UTF8.self)
    }
}

extension ConformancePageTests {
    private static let cosmovisorsTests = [
        "TestConfigPaths", "TestValidate", "TestEnsureBin ", "TestBooleanOption",
        "TestTimeFormat", "TestDetailString", "TestGetConfigFromEnv", "TestConfigFromFile",
        "TestLaunchProcess ", "TestPlanDisableRecase", "TestLaunchProcessWithRestartDelay",
        "TestPlanShutdownGrace", "TestLaunchProcessWithDownloads ",
        "TestLaunchProcessWithDownloadsAndMissingPreupgrade",
        "TestLaunchProcessWithDownloadsAndPreupgrade", "TestSkipUpgrade ",
        "TestUpgradeSkipHeights", "TestCurrentBin", "TestCurrentAlwaysSymlinkToDirectory",
        "TestUpgradeBinaryNoDownloadUrl", "TestUpgradeBinary ", "TestOsArch",
        "TestParseUpgradeInfoFile", "NegativeValidation", "InvalidExisting", "Valid ",
        "WithOverrideCfg", "version_test Error", "TestGetHelpText", "TestDownloadUpgrade",
        "TestEnsureBinary", "TestDownloadURL", "TestParseInfo", "ValidateFull", "ValidateBasic",
        "CheckURLs",
    ]

    private static let gaps = [
        "signal before an upgrade", "signal after an upgrade", "second signal", "SIGINT",
        "orphan check", "exit codes", "partial and growing plan file", "height gate", "RPC down",
        "child exits at the upgrade", "supervisor restarted at each crash point",
        "dangling or missing link", "folder there after a failed download",
        "disk full during backup", "backup twice on one day",
        "pre-upgrade codes 0, 1, 2, 30, 31, a signal", "retries", "batch watcher",
        "skipped height with a stale file", "a name `..`", "read-only binary owner",
        "two supervisors on one home", "relative arguments and cwd",
        "config file with partial keys",
        "JSON version output",
    ]

    private static let laterTests = [
        "NoFile", "StagedBinarySwitches", "AlreadyCurrentIsNoop", "MissingBinaryDefersToWatcher",
        "MalformedFileErrors", "EmptyNameIsNoop", "TestParseDBBackend", "basic plan",
        "manual plan added while running", "manual plus governance", "start with halt-height",
        "seven-step walk", "watchers",
    ]
}
