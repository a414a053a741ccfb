import Glibc
import Supervisor
import Testing

@testable import Server

/// `add-batch-upgrade`: all or nothing.
struct AddBatchUpgradeTests {
    private let temporary: TemporaryHome
    private var home: Home { temporary.home }

    init() throws {
        temporary = try TemporaryHome()
        try temporary.writeScript("echo genesis", to: "cosmovisor/genesis/bin/dummyd")
        try temporary.makeFolder("data")
        for name in ["b2", "b3"] { try temporary.writeScript("echo \(name)", to: name) }
    }

    private func add(_ arguments: [String]) throws -> SwitchyardProcess {
        try SwitchyardProcess(["add-batch-upgrade"] + arguments, environment: temporary.environment)
    }

    private func path(_ name: String) -> String { temporary.path + "/" + name }

    private var declared: [String] {
        PlanBook(home).pages.compactMap { page in
            guard case .entry(let entry) = page else { return nil }
            return "\(entry.name.text) \(entry.declaration?.height ?? 0)"
        }
    }

    private func isUntouched() -> Bool { declared.isEmpty && !FileKind.isThere(home.upgrades) }

    @Test func `a list is added, also in several flags and with an equals sign`() throws {
        for arguments in [
            ["--upgrade-list", "v2:\(path("b2")):200,v3:\(path("b3")):300"],
            ["--upgrade-list=v2:\(path("b2")):200", "--upgrade-list", "v3:\(path("b3")):300"],
        ] {
            let result = try add(arguments)
            #expect(result.code == 0 && result.errors.isEmpty, "\(result)")
            #expect(declared == ["v2 200", "v3 300"])
            #expect(try temporary.read("cosmovisor/upgrades/v3/bin/dummyd").contains("b3"))
            for line in [
                "Using \(path("b2")) for v2 upgrade",
                "Upgrade binary located at \(home.upgrades)/v3/bin/dummyd",
                "\(home.planBook)/v3.json created, v3 upgrade binary will switch at height 300",
            ] {
                #expect(result.output.contains(line), "\(result.output)")
            }
        }
    }

    @Test func `a file is added, and what is there is replaced`() throws {
        try temporary.writeScript("echo old", to: "cosmovisor/upgrades/v2/bin/dummyd")
        try temporary.write(
            "v2, \"\(path("b2"))\",200\r\n\n  v3,\(path("b3")),300", to: "plans.csv")
        let result = try add(["--upgrade-file", path("plans.csv")])
        #expect(result.code == 0, "\(result)")
        #expect(declared == ["v2 200", "v3 300"])
        #expect(try temporary.read("cosmovisor/upgrades/v2/bin/dummyd").contains("b2"))
        try temporary.write("v2,\(path("b2")),250\nv3,\(path("b3")),300", to: "plans.csv")
        #expect(try add(["--upgrade-file", path("plans.csv")]).code == 0)
        #expect(declared == ["v2 250", "v3 300"])
    }

    @Test func `everything that is wrong is told at once, with its place, and nothing is done`()
        throws
    {
        try temporary.write(#"{"height":"150"}"#, to: "data/priv_validator_state.json")
        try temporary.write(
            """
            v1,\(path("b2")),100
            v2,/no/such,200
            a/b,\(path("b3")),300
            v4,\(path("b3"))
            v5,\(path("b3")),x
            V2,\(path("b3")),180

            """, to: "plans.csv")
        let result = try add(["--upgrade-file", path("plans.csv")])
        #expect(result.code == 1 && result.output.isEmpty)
        let file = path("plans.csv")
        for problem in [
            "\(file):1: the height must be above 150, which is reached, got 100",
            "\(file):2: invalid executable path: /no/such does not exist",
            "\(file):3: the name must not be a path, got \"a/b\"",
            "\(file):4: a name, a path and a height are needed, got 2 of 3 parts",
            "\(file):5: the height must be a number, got \"x\"",
            "\(file):6: \"V2\" is the same upgrade as \"v2\" before it",
            "\(file):6: the heights must ascend, and 180 comes after 200",
        ] {
            #expect(result.errors.contains(problem + "\n"), "\(problem) in\n\(result.errors)")
        }
        #expect(isUntouched())
    }

    @Test(arguments: [
        ("v2:x", "item 1 of --upgrade-list: a name, a path and a height"),
        ("v2:x:200,v3:y:-1", "item 2 of --upgrade-list: the height must be greater than 0"),
        ("v2:x:200,", "item 2 of --upgrade-list: a name"),
        ("..:x:200", "item 1 of --upgrade-list: \"..\" cannot be an upgrade's name"),
    ])
    func `a wrong item is told with its position`(list: String, problem: String) throws {
        let result = try add(["--upgrade-list", list])
        #expect(result.code == 1)
        #expect(result.errors.contains(problem), "\(result.errors)")
        #expect(isUntouched())
    }

    @Test func `one of two sources is needed`() throws {
        let none = try add([])
        #expect(none.code == 1)
        #expect(none.errors.contains("either --upgrade-file or --upgrade-list must be provided"))
        let both = try add(["--upgrade-file", "x", "--upgrade-list", "v2:x:1"])
        #expect(both.code == 1)
        #expect(both.errors.contains("--upgrade-file and --upgrade-list are two sources"))
        #expect(try add(["--upgrade-file", "/no/such"]).errors.contains("No such file"))
        try temporary.write("\n\n", to: "plans.csv")
        let empty = try add(["--upgrade-file", path("plans.csv")])
        #expect(empty.errors == "Error: there is no upgrade in it\n")
    }

    @Test func `a disk that refuses one binary keeps the others out`() throws {
        try temporary.write("in the way", to: "cosmovisor/upgrades/v3")
        let result = try add([
            "--upgrade-list", "v2:\(path("b2")):200,v3:\(path("b3")):300",
        ])
        #expect(result.code == 1)
        #expect(declared.isEmpty)
        #expect(!FileKind.isThere(home.upgrades + "/v2/bin/dummyd"))
    }
}
