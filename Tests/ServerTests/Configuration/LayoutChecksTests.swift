import Glibc
import Testing

@testable import Server

/// The rows of Cosmovisor's TestValidate that look at the disk.
struct LayoutChecksTests {
    private func problems(
        _ home: TemporaryHome, _ more: [String: String] = [:], supervising: Bool = false
    ) throws -> [Variable?] {
        let configuration = try Configuration(environment: home.environment.merging(more) { $1 })
        do throws(ConfigurationErrors) {
            if supervising {
                try configuration.checkLayoutToSupervise()
            } else {
                try configuration.checkLayout()
            }
            return []
        } catch {
            return error.problems.map(\.variable)
        }
    }

    @Test func `a home with its folder can be looked at and with data supervised`() throws {
        let home = try TemporaryHome()
        try home.makeFolder("cosmovisor")
        #expect(try problems(home).isEmpty)
        #expect(try problems(home, supervising: true) == [.home])
        try home.makeFolder("data")
        #expect(try problems(home, supervising: true).isEmpty)
    }

    @Test(arguments: [false, true])
    func `all that is missing or no folder is reported at once`(areFiles: Bool) throws {
        let home = try TemporaryHome()
        if areFiles {
            for name in ["cosmovisor", "data", "backups"] { try home.write("", to: name) }
        }
        let backups = ["DAEMON_DATA_BACKUP_DIR": home.path + "/backups"]
        let found = try problems(home, backups, supervising: true)
        #expect(found == [.home, .backupDirectory, .home])
    }

    @Test func `root and link must have their folders`() throws {
        let home = try TemporaryHome()
        try home.makeFolder("tree")
        let root = ["SWITCHYARD_ROOT": home.path + "/tree"]
        #expect(try problems(home, root).isEmpty)
        let nowhere = ["SWITCHYARD_ROOT": home.path + "/nowhere"]
        #expect(try problems(home, nowhere) == [.root])
        let link = root.merging(["SWITCHYARD_CURRENT": home.path + "/state/current"]) { $1 }
        #expect(try problems(home, link) == [.current])
        try home.makeFolder("state")
        #expect(try problems(home, link).isEmpty)
    }

    @Test func `backups into the data itself are refused, by whatever way they get there`() throws {
        let home = try TemporaryHome()
        for folder in ["cosmovisor", "data/backups", "data-old"] { try home.makeFolder(folder) }
        #expect(symlink("data/backups", home.path + "/link") == 0)
        for folder in ["data", "data/backups", "data-old/../data", "link"] {
            let inner = ["DAEMON_DATA_BACKUP_DIR": home.path + "/" + folder]
            #expect(try problems(home, inner) == [.backupDirectory])
            #expect(
                try problems(home, inner.merging(["UNSAFE_SKIP_BACKUP": "true"]) { $1 }).isEmpty)
        }
        for folder in ["data-old", "", "data/.."] {
            let outer = ["DAEMON_DATA_BACKUP_DIR": home.path + "/" + folder]
            #expect(try problems(home, outer).isEmpty)
        }
    }

    @Test(arguments: ["", "backups", "/nowhere/at/all", "relative/path"])
    func `with backups off any folder for them will do`(folder: String) throws {
        let home = try TemporaryHome()
        try home.makeFolder("cosmovisor")
        let off = ["UNSAFE_SKIP_BACKUP": "true", "DAEMON_DATA_BACKUP_DIR": folder]
        #expect(try problems(home, off).isEmpty)
    }
}
