import FoundationEssentials
import Testing

@testable import Supervisor

/// The tables of docs/plans.md.
struct PlanInfoTableTests {
    private static let document =
        #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }
        .joined() + "/docs/plans.md"

    private struct Collected: Decodable {
        struct Plan: Decodable {
            let info: String?
        }

        let plan: Plan
    }

    /// The cells of the lines below a heading.
    private static func rows(below heading: String) throws -> [[String]] {
        let text = String(decoding: try Data(contentsOf: URL(filePath: document)), as: UTF8.self)
        let lines = text.split(separator: "\n").drop { $0 != "## " + heading }.dropFirst()
        return lines.prefix { !$0.hasPrefix("## ") }.filter { $0.hasPrefix("| ") }.dropFirst().map {
            $0.dropFirst(2).dropLast(2).split(separator: " | ").map(String.init)
        }
    }

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: RealPlanTests.folder),
            "there is no collection of plans at \(RealPlanTests.folder)"))
    func `every collected plan comes to the decision that is documented`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: RealPlanTests.folder)
            .filter { $0.hasSuffix(".json") }.sorted()
        #expect(names.count >= 72)
        let rules = SourceRules(platform: "linux/amd64")
        let found = try names.map { name in
            let data = try Data(contentsOf: URL(filePath: RealPlanTests.folder + "/" + name))
            let info = try JSONDecoder().decode(Collected.self, from: data).plan.info ?? ""
            let row = PlanInfoRow(SourceDecision(info: info, rules))
            // As code, so that nothing of it is markup.
            return "| \(name.dropLast(5)) \(row)".replacing("\"", with: "`")
        }
        let rows = try Self.rows(below: "Plans of real chains")
        let documented = rows.map { "| " + $0.joined(separator: " | ") + " |" }
        for (row, other) in zip(found, documented) { #expect(row == other) }
        #expect(found.count == documented.count)
    }

    @Test func `every refusal is documented with its remedy`() throws {
        let rows = try Self.rows(below: "Refusals")
        let documented = Dictionary(rows.map { ($0[0], $0.last ?? "") }) { $1 }
        for kind in SourceRefusal.Kind.allCases {
            let remedy = SourceRefusal(kind, "").remedy
            #expect(documented[kind.rawValue] == remedy, "\(kind.rawValue)")
        }
        #expect(rows.count == SourceRefusal.Kind.allCases.count)
        let layout = try Self.rows(below: "Archives that are refused")
        let others = Dictionary(layout.map { ($0[0], $0.last ?? "") }) { $1 }
        for kind in ArchiveRefusal.Kind.allCases {
            let remedy = ArchiveRefusal(kind, "").remedy
                .replacing(PlanInfo.platform, with: "linux/amd64")
            #expect(others[kind.rawValue] == remedy, "\(kind.rawValue)")
        }
    }
}
