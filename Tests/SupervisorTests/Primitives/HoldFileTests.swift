import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

struct HoldFileTests {
    private static let name = "cosmovisor/.switchyard/down"
    private let temporary: TemporaryHome
    private var home: Home { temporary.home }

    init() throws {
        temporary = try TemporaryHome()
        try temporary.makeFolder("cosmovisor/.switchyard")
    }

    @Test func `a hold is read back as it was written, until it is removed`() throws {
        #expect(HoldFile.read(in: home) == nil)
        for reason in [nil, "", "disk \"full\"\n ä"] {
            let hold = Hold(
                since: Date(timeIntervalSince1970: 1_700_000_000), actor: "root", reason: reason)
            try HoldFile.write(hold, in: home)
            #expect(HoldFile.read(in: home) == hold)
        }
        #expect(try temporary.status(Self.name).st_mode & 0o777 == 0o600)
        try HoldFile.remove(from: home)
        #expect(HoldFile.read(in: home) == nil)
        #expect(temporary.names(in: "cosmovisor/.switchyard").isEmpty)
        try HoldFile.remove(from: home)
    }

    @Test(arguments: ["", "{", "{}", "touched by hand", #"{"actor":"root","since":"noon"}"#])
    func `a file that cannot be understood holds all the same`(text: String) throws {
        try temporary.write(text, to: Self.name)
        let hold = try #require(HoldFile.read(in: home))
        #expect(hold.actor == "unknown")
        #expect(abs(hold.since.timeIntervalSinceNow) < 60)
    }

    @Test func `what is no file holds all the same`() throws {
        try temporary.makeLink(Self.name, to: "/no/such/place")
        #expect(HoldFile.read(in: home) != nil)
        unlink(home.holdRecord)
        #expect(mkfifo(home.holdRecord, 0o600) == 0)
        #expect(HoldFile.read(in: home)?.reason?.contains("a named pipe") == true)
        unlink(home.holdRecord)
        try temporary.makeFolder(Self.name)
        #expect(HoldFile.read(in: home) != nil)
        #expect(throws: SystemError("unlink", path: home.holdRecord, code: EISDIR)) {
            try HoldFile.remove(from: home)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to look as another user"))
    func `a file that may not be read holds all the same`() throws {
        try temporary.write("{}", to: Self.name, mode: 0o600)
        #expect(chmod(temporary.path, 0o755) == 0)
        let home = home
        #expect(asNobody { () throws(Never) in HoldFile.read(in: home) } != nil)
    }

    @Test func `a due record is read back as it was stored`() throws {
        #expect(DueRecord.load(from: home) == nil)
        try temporary.write("{}", to: "data/upgrade-info.json")
        let record = DueRecord(
            name: "V2 ä", height: 1 << 60, info: "{\"binaries\":{}}\n",
            file: try ForeignFile.read(home.planFile, limit: 10).identity,
            judgedAt: Date(timeIntervalSince1970: 1_700_000_000.123456), reason: "halted",
            previous: "upgrades/v1")
        for isAlone in [true, false] {
            if isAlone {
                try record.store(in: home)
            } else {
                try DurableFile.replace([try record.content(in: home)], syncing: [home.data])
            }
            #expect(DueRecord.load(from: home) == record)
            DueRecord.remove(from: home)
            #expect(DueRecord.load(from: home) == nil)
        }
        DueRecord.remove(from: home)
        try temporary.write("{", to: "cosmovisor/.switchyard/due")
        #expect(DueRecord.load(from: home) == nil)
    }
}
