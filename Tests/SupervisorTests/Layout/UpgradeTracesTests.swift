import Glibc
import Testing

@testable import Supervisor

/// A home without its link: genesis only if nothing tells of an upgrade.
struct UpgradeTracesTests {
    private let temporary: TemporaryHome
    private var home: Home { temporary.home }
    private var link: CurrentLink { CurrentLink(home) }

    init() throws {
        temporary = try TemporaryHome()
        for release in ["genesis", "upgrades/v1", "upgrades/v2"] {
            try temporary.writeScript("exit 0", to: "cosmovisor/\(release)/bin/dummyd")
        }
        try temporary.makeFolder("cosmovisor/.switchyard")
        try temporary.makeFolder("data")
    }

    private func plan(_ name: String, _ height: Height) throws -> String {
        let plan = UpgradePlan(name: try PlanName(name, case: .lowered), height: height)
        return String(decoding: plan.json, as: UTF8.self)
    }

    private func ask(for name: String, at height: Height, mode: mode_t = 0o600) throws {
        try temporary.write(try plan(name, height), to: "data/upgrade-info.json", mode: mode)
    }

    private func hasSigned(_ height: Height) throws {
        try temporary.makeFolder("data/blockstore.db")
        try temporary.write(
            #"{"height":"\#(height)","round":0,"step":3}"#, to: "data/priv_validator_state.json")
    }

    private func isGenesis() throws -> Bool { try link.resolve() == home.genesis }

    /// The end of the remedy.
    private func remedy() throws -> String {
        let block = try #require(throws: Block.self) { _ = try link.resolve() }
        #expect(block.code == .linkBroken)
        #expect(throws: Block.self) { try link.makeOrMend() }
        #expect(!temporary.has("cosmovisor/current"))
        return block.remedy.split(separator: ": ").last.map(String.init) ?? ""
    }

    @Test func `binaries that are only staged tell nothing`() throws {
        #expect(try isGenesis())
        try hasSigned(1_000)
        #expect(try isGenesis())
    }

    @Test func `the release that was switched to last is proposed`() async throws {
        try temporary.write(try plan("v1", 2_000), to: "cosmovisor/upgrades/v1/upgrade-info.json")
        try temporary.write(try plan("v2", 100), to: "cosmovisor/upgrades/v2/upgrade-info.json")
        #expect(try remedy() == "ln -sfn upgrades/v1 \(home.current)")
        #expect(try await Shell.succeeds(try remedy()))
        #expect(try link.resolve().directory == "upgrades/v1")
    }

    private func begin(from previous: String) throws {
        let record = DueRecord(
            name: "v2", height: 100, info: "", file: nil, judgedAt: .init(), reason: "",
            previous: previous)
        try record.store(in: home)
    }

    @Test func `an upgrade that was begun is a sign once it may have moved the link`() throws {
        try begin(from: "upgrades/v1")
        try temporary.write(try plan("v2", 100), to: "cosmovisor/upgrades/v2/upgrade-info.json")
        try hasSigned(100)
        #expect(try remedy() == "ln -sfn upgrades/v1 \(home.current)", "it goes on from there")
        try hasSigned(101)
        #expect(try remedy() == "ln -sfn upgrades/v2 \(home.current)", "its blocks are there")
    }

    @Test func `before that the link is certainly what it was`() throws {
        try temporary.write(try plan("v1", 50), to: "cosmovisor/upgrades/v1/upgrade-info.json")
        try begin(from: "upgrades/v1")
        try link.makeOrMend()
        #expect(try temporary.link("cosmovisor/current") == "upgrades/v1")
        unlink(home.current)
        try begin(from: "upgrades/gone")
        #expect(try remedy() == "ln -sfn upgrades/v1 \(home.current)")
    }

    @Test(arguments: ["genesis", ""]) func `begun from genesis it is genesis`(
        previous: String
    ) throws {
        try ask(for: "v2", at: 100)
        try hasSigned(100)
        #expect(throws: Block.self) { _ = try link.resolve() }
        try begin(from: previous)
        #expect(try isGenesis())
    }

    @Test func `a plan file whose binary is there is a sign once data is`() throws {
        try ask(for: "v2", at: 100)
        #expect(try isGenesis(), "no daemon has ever run here")
        try temporary.makeFolder("data/application.db")
        #expect(try remedy() == "ln -sfn upgrades/v2 \(home.current)")
        try ask(for: "v3", at: 100)
        #expect(try isGenesis(), "there is no binary that could have run")
    }

    @Test(arguments: [(99, true), (100, false), (5_000, false)])
    func `a file that an operator made ahead is no sign before its height`(
        height: Height, isGenesis: Bool
    ) throws {
        try ask(for: "v2", at: 100, mode: 0o755)
        try hasSigned(height)
        if isGenesis {
            #expect(try self.isGenesis())
        } else {
            #expect(try remedy() == "ln -sfn upgrades/v2 \(home.current)")
        }
    }

    @Test func `a file of the chain is a sign whatever height is known`() throws {
        try ask(for: "v2", at: 100)
        try hasSigned(50)
        #expect(try remedy() == "ln -sfn upgrades/v2 \(home.current)")
    }

    @Test func `a path with blanks is quoted in the command`() async throws {
        let home = Home(path: temporary["my node's"], daemonName: "dummyd")
        try temporary.write(
            try plan("v2", 5), to: "my node's/cosmovisor/upgrades/v2/upgrade-info.json")
        let block = try #require(throws: Block.self) { _ = try CurrentLink(home).resolve() }
        let command = try #require(block.remedy.split(separator: ": ").last)
        #expect(try await Shell.succeeds(command))
        #expect(try CurrentLink(home).resolve().directory == "upgrades/v2")
    }
}
