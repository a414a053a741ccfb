import Glibc
import Testing

@testable import Supervisor

struct ConfigCopyTests {
    private let temporary: TemporaryHome

    init() throws {
        temporary = try TemporaryHome()
        try temporary.write("app = 1", to: "config/app.toml", mode: 0o640)
        try temporary.write("config = 1", to: "config/config.toml")
        try temporary.write("{}", to: "config/node_key.json")
        try temporary.makeFolder("cosmovisor/.switchyard")
    }

    private var copy: ConfigCopy {
        get throws {
            let plan = UpgradePlan(name: try PlanName("v2", case: .lowered), height: 20)
            return ConfigCopy(home: temporary.home, plan: plan)
        }
    }

    @Test func `the files are put back as they were, with their modes`() throws {
        try copy.take()
        try temporary.write("app = 2", to: "config/app.toml", mode: 0o600)
        unlink(temporary["config/config.toml"])
        try temporary.write("{2}", to: "config/node_key.json")
        try copy.putBack()
        #expect(try temporary.read("config/app.toml") == "app = 1")
        #expect(try temporary.status("config/app.toml").st_mode & 0o777 == 0o640)
        #expect(try temporary.read("config/config.toml") == "config = 1")
        #expect(try temporary.read("config/node_key.json") == "{2}")
        #expect(temporary.names(in: "config") == ["app.toml", "config.toml", "node_key.json"])
    }

    @Test func `a configuration that is a link is left to whoever keeps it`() throws {
        try temporary.write("client = 1", to: "kept/client.toml")
        try temporary.makeLink("config/client.toml", to: "../kept/client.toml")
        try copy.take()
        try temporary.write("client = 2", to: "kept/client.toml")
        try copy.putBack()
        #expect(try temporary.link("config/client.toml") == "../kept/client.toml")
        #expect(try temporary.read("kept/client.toml") == "client = 2")
    }

    @Test func `a second run does not keep what the first changed`() throws {
        try copy.take()
        try temporary.write("app = 2", to: "config/app.toml")
        try copy.take()
        try copy.putBack()
        #expect(try temporary.read("config/app.toml") == "app = 1")
    }

    @Test func `what an interrupted run left is taken anew`() throws {
        try temporary.write(
            "half", to: "cosmovisor/.switchyard/config/v2-20.partial/stray.toml")
        try copy.take()
        #expect(
            temporary.names(in: "cosmovisor/.switchyard/config/v2-20")
                == ["app.toml", "config.toml"])
    }

    @Test func `without a copy nothing is put back`() throws {
        try copy.putBack()
        #expect(try temporary.read("config/app.toml") == "app = 1")
    }

    @Test func `a home without configuration has an empty copy`() throws {
        try FileTree.remove(temporary["config"])
        try copy.take()
        try copy.putBack()
        #expect(!temporary.has("config"))
    }

    @Test func `a file that cannot be kept whole fails the copy`() throws {
        try temporary.write("", to: "config/huge.toml")
        #expect(truncate(temporary["config/huge.toml"], 17 << 20) == 0)
        #expect(throws: DataBackupError.self) { try copy.take() }
        #expect(!temporary.has("cosmovisor/.switchyard/config/v2-20"))
    }
}
