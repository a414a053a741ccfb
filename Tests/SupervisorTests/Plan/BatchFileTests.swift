import Glibc
import Testing

@testable import Supervisor

/// What Cosmovisor's `add-batch-upgrade` leaves.
struct BatchFileTests {
    private let temporary: TemporaryHome

    init() throws {
        temporary = try TemporaryHome()
    }

    private func look(_ text: String) -> BatchFile {
        BatchFile(json: Array(text.utf8), case: .lowered)
    }

    @Test func `its plans are read in the order of their heights`() throws {
        let file = look(
            """
            [
             {
              "name": "V3",
              "time": "0001-01-01T00:00:00Z",
              "height": 200
             },
             { "name": "v2", "time": "0001-01-01T00:00:00Z", "height": "100", "info": "x" }
            ]
            """)
        guard case .plans(let plans) = file else {
            Issue.record("\(file)")
            return
        }
        #expect(plans.map(\.name.text) == ["v2", "V3"])
        #expect(plans.map(\.height) == [100, 200])
    }

    @Test(arguments: ["[]", "null", " [ ] "]) func `an empty list has no plans`(text: String) {
        #expect(look(text) == .plans([]))
    }

    @Test(arguments: [
        ("", "empty"), ("[", "no JSON array"), ("{}", "no JSON array"), ("7", "no JSON array"),
        ("[1]", "its entry 1: not an upgrade plan"),
        (#"[{"name":"a","height":5},{"name":"b","height":0}]"#, "its entry 2: the height is 0"),
        (#"[{"name":"..","height":5}]"#, "its entry 1: \"."),
    ])
    func `what is no list of plans is broken, and says where`(text: String, why: String) {
        guard case .broken(let reason) = look(text) else {
            Issue.record("\(text) is not broken")
            return
        }
        #expect(reason.contains(why), "\(reason)")
    }

    @Test func `more plans than a chain ever had are broken`() {
        func list(_ count: Int) -> String {
            let plans = (1...count).map { #"{"name":"v\#($0)","height":\#($0)}"# }
            return "[" + plans.joined(separator: ",") + "]"
        }
        guard case .plans(let plans) = look(list(BatchFile.countLimit)) else {
            Issue.record("the limit itself is too much")
            return
        }
        #expect(plans.count == BatchFile.countLimit)
        #expect(
            look(list(BatchFile.countLimit + 1))
                == .broken("it has 257 plans, and 256 are taken at most"))
    }

    @Test func `a pipe, a folder and a huge file are broken and never waited for`() throws {
        let home = temporary.home
        #expect(BatchFile(in: home) == .absent)
        try temporary.makeFolder("data")
        #expect(mkfifo(home.batchFile, 0o600) == 0)
        #expect(BatchFile(in: home) == .broken("it is a named pipe, not a regular file"))
        unlink(home.batchFile)
        try temporary.makeFolder("data/upgrade-info.json.batch")
        #expect(BatchFile(in: home) == .broken("it is a folder, not a regular file"))
        rmdir(home.batchFile)
        try temporary.write("", to: "data/upgrade-info.json.batch")
        #expect(truncate(home.batchFile, 1 << 30) == 0)
        #expect(BatchFile(in: home) == .broken("it is too large (1073741824 bytes)"))
    }
}
