import Glibc
import Supervisor
import Testing

@testable import Server

/// `add-upgrade`, where no supervisor runs.
struct AddUpgradeTests {
    private let temporary: TemporaryHome
    private var home: Home { temporary.home }
    private static let place = "cosmovisor/upgrades/v2/bin/dummyd"

    init() throws {
        temporary = try TemporaryHome()
        try temporary.writeScript("echo genesis", to: "cosmovisor/genesis/bin/dummyd")
        try temporary.makeFolder("data")
        try temporary.writeScript("echo new", to: "new")
    }

    private func add(
        _ arguments: [String], _ environment: [String: String] = [:], as name: String? = nil
    ) throws -> SwitchyardProcess {
        try SwitchyardProcess(
            ["add-upgrade"] + arguments,
            environment: temporary.environment.merging(environment) { $1 }, as: name)
    }

    private var new: String { temporary.path + "/new" }

    private func entry(_ name: String) throws -> PlanEntry? {
        PlanBook(home).entry(of: try PlanName(name, case: .lowered))
    }

    private func hasSigned(_ height: Int) throws {
        try temporary.write(#"{"height":"\#(height)"}"#, to: "data/priv_validator_state.json")
    }

    @Test func `the binary is placed, and the lines are Cosmovisor's`() throws {
        let result = try add(["V2", new])
        #expect(result.code == 0 && result.errors.isEmpty, "\(result)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains(" INF Using \(new) for V2 upgrade ") == true)
        #expect(
            lines.last?.contains(" INF Upgrade binary located at \(temporary.path)/\(Self.place) ")
                == true)
        #expect(try temporary.read(Self.place) == "#!/bin/sh\necho new\n")
        #expect(!FileKind.isThere(temporary.path + "/data/upgrade-info.json"))
    }

    @Test func `the folder is that of the name, escaped, its case kept if that is asked for`()
        throws
    {
        #expect(try add(["My Upgrade/1", new]).code == 0)
        #expect(FileKind.isThere(home.upgrades + "/my%20upgrade%2F1/bin/dummyd"))
        #expect(try add(["V2", new], ["COSMOVISOR_DISABLE_RECASE": "true"]).code == 0)
        #expect(FileKind.isThere(home.upgrades + "/V2/bin/dummyd"))
    }

    @Test func `a binary that is there stays, unless it is the same or force replaces it`() throws {
        try temporary.writeScript("echo old", to: Self.place)
        let refused = try add(["v2", new])
        #expect(refused.code == 1 && refused.output.isEmpty)
        #expect(
            refused.errors == "Error: file already exists at \(temporary.path)/\(Self.place)\n")
        #expect(try temporary.read(Self.place).contains("old"))
        #expect(try add(["--force", "v2", new]).code == 0)
        #expect(try temporary.read(Self.place).contains("new"))
        #expect(try add(["v2", new]).code == 0, "the very same may come again")
    }

    @Test func `what is no executable is refused with what it is`() throws {
        try temporary.write("", to: "empty")
        for (path, why) in [
            ("/no/such", "does not exist"), (temporary.path, "is a folder"),
            (temporary.path + "/empty", "There is no content."),
        ] {
            let result = try add(["v2", path])
            #expect(result.code == 1)
            #expect(result.errors.hasPrefix("Error: invalid executable path: \(path)"))
            #expect(result.errors.contains(why), "\(result.errors)")
        }
        #expect(!FileKind.isThere(home.upgrades))
    }

    @Test(arguments: [
        ["..", "new"], ["", "new"], ["a\u{1b}b", "new"], ["v2"], [], ["v2", "new", "x"],
        ["v2", "new", "--upgrade-height", "x"], ["v2", "new", "--bogus"],
    ])
    func `a wrong command line places nothing`(arguments: [String]) throws {
        let result = try add(arguments.map { $0 == "new" ? new : $0 })
        #expect(result.code == 1)
        #expect(result.errors.hasPrefix("Error: "))
        #expect(!FileKind.isThere(home.upgrades))
    }

    // MARK: - Heights

    @Test func `a height becomes a plan of the book, and the chain's file is left alone`() throws {
        let result = try add(["v2", new, "--upgrade-height", "500"])
        #expect(result.code == 0, "\(result)")
        #expect(
            result.output.contains(
                "\(home.planBook)/v2.json created, v2 upgrade binary will switch at height 500"))
        #expect(try entry("v2")?.declaration?.height == 500)
        #expect(try entry("v2")?.declaration?.trigger == .height)
        #expect(!FileKind.isThere(temporary.path + "/data/upgrade-info.json"))
    }

    @Test func `it may be run again only to add a height`() throws {
        #expect(try add(["v2", new]).code == 0)
        for _ in 1...2 { #expect(try add(["v2", new, "--upgrade-height=500"]).code == 0) }
        #expect(try entry("v2")?.declaration?.height == 500)
    }

    @Test func `another height needs force, and what else was said stays`() throws {
        let name = try PlanName("v2", case: .lowered)
        let pin = String(repeating: "5f", count: 32)
        let old = PlanEntry(
            name: name,
            declaration: PlanDeclaration(trigger: .height, height: 500, expectedSHA256: pin))
        try PlanBook(home).replace(nil, with: old, of: name)
        let refused = try add(["v2", new, "--upgrade-height", "600"])
        #expect(refused.code == 1)
        #expect(refused.errors.contains("\"v2\" is set for height 500 in \(home.planBook)/v2.json"))
        #expect(!FileKind.isThere(temporary.path + "/" + Self.place), "nothing was written")
        #expect(try add(["v2", new, "--upgrade-height", "600", "--force"]).code == 0)
        #expect(try entry("v2")?.declaration?.height == 600)
        #expect(try entry("v2")?.declaration?.expectedSHA256 == pin)
    }

    @Test(arguments: ["0", "-5"]) func `a height that is none is an error`(height: String) throws {
        for arguments in [["--upgrade-height", height], ["--upgrade-height=\(height)"]] {
            let result = try add(["v2", new] + arguments)
            #expect(result.code == 1)
            #expect(result.errors.contains("the height must be greater than 0, got \(height)"))
        }
        #expect(!FileKind.isThere(home.upgrades))
    }

    @Test func `a height that is reached is refused, and nothing is written`() throws {
        try hasSigned(500)
        let refused = try add(["v2", new, "--upgrade-height", "500"])
        #expect(refused.code == 1)
        #expect(refused.errors.contains("must be above 500, which is reached, got 500"))
        #expect(!FileKind.isThere(home.upgrades))
        #expect(try add(["v2", new, "--upgrade-height", "501"]).code == 0)
    }

    // MARK: - What else is told

    @Test func `what the policy will not take is told`() throws {
        let result = try add(["v2", new], ["SWITCHYARD_TRUST": "checksum"])
        #expect(result.code == 0)
        #expect(result.output.contains(" WRN the policy does not let it run: "), "\(result.output)")
        let name = try PlanName("v2", case: .lowered)
        let digest = try OfferedProgram(new).sha256
        let entry = PlanEntry(
            name: name,
            declaration: PlanDeclaration(trigger: .chain, height: 9, expectedSHA256: digest))
        try PlanBook(home).replace(nil, with: entry, of: name)
        let pinned = try add(["v2", new], ["SWITCHYARD_TRUST": "checksum"])
        #expect(!pinned.output.contains("WRN"), "\(pinned.output)")
    }

    @Test func `replacing what runs is told`() throws {
        try temporary.writeScript("echo old", to: Self.place)
        #expect(symlink("upgrades/v2", home.current) == 0)
        let result = try add(["v2", new, "--force"])
        #expect(result.output.contains(" WRN it is the release that runs"), "\(result.output)")
    }

    @Test func `logs that are switched off leave the work and the errors`() throws {
        let result = try add(["v2", new], ["COSMOVISOR_DISABLE_LOGS": "true"])
        #expect(result.code == 0 && result.output.isEmpty)
        #expect(FileKind.isThere(temporary.path + "/" + Self.place))
    }

    @Test(.enabled(if: geteuid() == 0)) func `what root adds is the home's owner's`() throws {
        #expect(chown(home.root, 1234, 1235) == 0)
        #expect(try add(["v2", new, "--upgrade-height", "500"]).code == 0)
        for path in [
            home.upgrades, home.upgrades + "/v2/bin/dummyd", home.own, home.planBook,
            home.planBook + "/v2.json",
        ] {
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_uid == 1234, "\(path)")
        }
    }
}

extension FileKind {
    static func isThere(_ path: String) -> Bool { (try? FileKind(ofLinkAt: path)) != .missing }
}
