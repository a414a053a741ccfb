import Testing

@testable import Server

struct SuspicionsTests {
    @Test(arguments: [
        ("DAEMON_SHUTDOWN_GRACES", "DAEMON_SHUTDOWN_GRACE"), ("DEAMON_HOME", nil),
        ("SWITCHYARD_LISTN", "SWITCHYARD_LISTEN"), ("UNSAFE_SKIP_BACKUPS", "UNSAFE_SKIP_BACKUP"),
        ("COSMOVISOR_COLOUR_LOGS", "COSMOVISOR_COLOR_LOGS"),
        ("DAEMON_DATA_BACKUPDIR", "DAEMON_DATA_BACKUP_DIR"), ("DAEMON_HOEM", "DAEMON_HOME"),
        ("DAEMON_GRASE", nil), ("DAEMON_XXXX", nil),
    ])
    func `a misspelled variable is met with the right one`(name: String, meant: String?) {
        let suspicions = Variable.suspicions(in: [name: "x"])
        #expect(
            suspicions
                == (meant.map { ["\(name) is not known and ignored; did you mean \($0)?"] } ?? []))
    }

    @Test func `others may use names of the same beginning`() {
        #expect(Variable.suspicions(in: ["DAEMON_OPTIONS_FILE": "x", "PATH": "y"]).isEmpty)
        #expect(
            Variable.suspicions(in: ["SWITCHYARD_SOMETHING_ELSE": ""])
                == ["SWITCHYARD_SOMETHING_ELSE is not known and ignored"])
    }

    @Test func `the tests' own switch is no suspicion, and turns nothing but with its one word`() {
        let name = "SWITCHYARD_DEBUG_BACKOFF"
        #expect(Variable.suspicions(in: [name: "none"]).isEmpty)
        #expect(DebugSwitches(environment: [name: "none"]).pacing == .none)
        for environment in [[:], [name: ""], [name: "0"], [name: "None"]] {
            #expect(DebugSwitches(environment: environment).pacing == .growing)
        }
    }
}
