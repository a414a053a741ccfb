import Glibc
import Testing

@testable import Supervisor

/// What operators gave to Cosmovisor becomes ours, once.
struct TakeoverTests {
    private let temporary: TemporaryHome
    private let book: PlanBook
    private var home: Home { temporary.home }
    private static let batch = "data/upgrade-info.json.batch"

    init() throws {
        temporary = try TemporaryHome()
        book = PlanBook(temporary.home)
        try temporary.makeFolder("data")
        try temporary.makeFolder("cosmovisor/genesis/bin")
        try temporary.makeLink("cosmovisor/current", to: "genesis")
        try temporary.makeFolder("cosmovisor/.switchyard")
    }

    private func carryOut() -> Takeover.Report { Takeover(home, into: book).carryOut() }

    private func json(_ plans: [(String, Height)]) -> String {
        let items = plans.map {
            #"{"name":"\#($0)","time":"0001-01-01T00:00:00Z","height":\#($1)}"#
        }
        return "[" + items.joined(separator: ",") + "]"
    }

    private func leaveBatch(_ plans: [(String, Height)]) throws {
        try temporary.write(json(plans), to: Self.batch, mode: 0o600)
    }

    private func precreate(_ plan: String, mode: mode_t = 0o755) throws {
        try temporary.write(plan, to: "data/upgrade-info.json", mode: mode)
    }

    private func reach(_ height: Height) throws {
        try temporary.write(#"{"height":"\#(height)"}"#, to: "data/priv_validator_state.json")
    }

    private func declared() -> [String] {
        book.pages.compactMap { page in
            guard case .entry(let entry) = page, let declaration = entry.declaration else {
                return nil
            }
            return "\(entry.name.text) \(declaration.trigger) \(declaration.height ?? 0)"
        }
    }

    @Test func `a batch's plans are declared for their heights, and it is put aside`() throws {
        try leaveBatch([("v3", 300), ("v2", 200)])
        let report = carryOut()
        #expect(report.declared.map(\.name.text) == ["v2", "v3"])
        #expect(report.batch == home.batchFile + ".taken-over")
        #expect(report.warnings.isEmpty && report.left.isEmpty)
        #expect(declared() == ["v2 height 200", "v3 height 300"])
        #expect(!temporary.has(Self.batch))
        #expect(try temporary.read(Self.batch + ".taken-over") == json([("v3", 300), ("v2", 200)]))
        #expect(carryOut() == Takeover.Report(), "there is nothing more to do")
    }

    @Test func `plans that are passed, applied, running or known are left`() throws {
        try reach(250)
        try temporary.makeFolder("cosmovisor/upgrades/v4/bin")
        unlink(home.current)
        try temporary.makeLink("cosmovisor/current", to: "upgrades/v4")
        try temporary.write(
            #"{"name":"v5","height":900}"#, to: "cosmovisor/upgrades/v5/upgrade-info.json")
        let name = try PlanName("v6", case: .lowered)
        let entry = PlanEntry(
            name: name, declaration: PlanDeclaration(trigger: .height, height: 601))
        try book.replace(nil, with: entry, of: name)
        try leaveBatch([("v2", 250), ("v3", 251), ("V4", 400), ("v5", 500), ("v6", 600)])
        let report = carryOut()
        #expect(report.declared.map(\.name.text) == ["v3"])
        #expect(report.left.map(\.plan.name.text) == ["v2", "V4", "v5", "v6"])
        #expect(declared() == ["v3 height 251", "v6 height 601"])
        #expect(!temporary.has(Self.batch))
    }

    @Test func `a second batch is put aside beside the first`() throws {
        for number in 1...3 {
            try leaveBatch([("v\(number)", Height(number))])
            #expect(carryOut().declared.count == 1)
        }
        #expect(
            temporary.names(in: "data") == [
                "upgrade-info.json.batch.taken-over", "upgrade-info.json.batch.taken-over.2",
                "upgrade-info.json.batch.taken-over.3",
            ])
    }

    @Test func `what was cut before the rename is done again without harm`() throws {
        try leaveBatch([("v2", 200), ("v3", 300)])
        let name = try PlanName("v2", case: .lowered)
        let entry = PlanEntry(
            name: name, declaration: PlanDeclaration(trigger: .height, height: 200))
        try book.replace(nil, with: entry, of: name)
        #expect(carryOut().declared.map(\.name.text) == ["v3"])
        #expect(book.entry(of: name)?.declaration?.height == 200)
        #expect(!temporary.has(Self.batch))
    }

    @Test func `a broken batch is told with its file and its cure, and stays`() throws {
        try temporary.write(#"[{"name":"v2"}]"#, to: Self.batch)
        let report = carryOut()
        #expect(report.warnings.map(\.file) == [home.batchFile])
        #expect(
            report.warnings.first?.what == "its entry 1: the height is 0; it must be greater than 0"
        )
        #expect(report.warnings.first?.remedy.contains("add-batch-upgrade") == true)
        #expect(temporary.has(Self.batch))
        #expect(declared().isEmpty)
    }

    @Test func `a book that cannot be written keeps the batch where it is`() throws {
        try leaveBatch([("v2", 200)])
        try temporary.write("", to: "cosmovisor/.switchyard/plans")
        #expect(carryOut().warnings.count == 1)
        #expect(temporary.has(Self.batch))
    }

    // MARK: - The plan file

    private static let plan = #"{"name":"v2","time":"0001-01-01T00:00:00Z","height":200}"#

    @Test func `a plan file made ahead of its height is declared once, and stays`() throws {
        try precreate(Self.plan)
        try reach(100)
        #expect(carryOut().declared.map(\.height) == [200])
        #expect(declared() == ["v2 height 200"])
        #expect(try temporary.read("data/upgrade-info.json") == Self.plan)
        let name = try PlanName("v2", case: .lowered)
        try book.replace(book.entry(of: name), with: nil, of: name)
        #expect(carryOut() == Takeover.Report(), "who has withdrawn it is not contradicted")
        try precreate(Self.plan.replacing("200", with: "201"))
        #expect(carryOut().declared.map(\.height) == [201])
    }

    @Test func `a home where no daemon has run has every height before it`() throws {
        try precreate(Self.plan)
        #expect(carryOut().declared.count == 1)
    }

    @Test(arguments: [
        (plan, mode_t(0o600), Height(100)), (plan, 0o644, 100), (plan, 0o755, 200),
        (#"{"name":"v2","height":200,"info":"x"}"#, 0o755, 100),
        (#"{"name":"v2","height":"200"}"#, 0o755, 100), (#"{"name":"v2"}"#, 0o755, 100),
    ])
    func `a file that lacks one of the marks is not an operator's word`(
        text: String, mode: mode_t, height: Height
    ) throws {
        try precreate(text, mode: mode)
        try reach(height)
        #expect(carryOut().declared.isEmpty)
        #expect(declared().isEmpty)
    }

    @Test func `without any height it is not known to be to come`() throws {
        try precreate(Self.plan)
        try temporary.makeFolder("data/blockstore.db")
        #expect(carryOut() == Takeover.Report())
        try reach(100)
        #expect(carryOut().declared.count == 1)
    }

    @Test func `a file that names what runs is no plan to come`() throws {
        try temporary.makeFolder("cosmovisor/upgrades/v2/bin")
        unlink(home.current)
        try temporary.makeLink("cosmovisor/current", to: "upgrades/v2")
        try precreate(Self.plan)
        try reach(100)
        #expect(carryOut().declared.isEmpty)
    }
}
