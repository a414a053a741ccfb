import FoundationEssentials
import Glibc
import Logging
import Testing

@testable import Server

struct LogLineTests {
    private func line(
        _ level: Logger.Level = .info, _ message: String = "plan is due",
        _ fields: [(key: String, value: String)] = []
    ) -> LogLine {
        let moment = WallTime(utc: timespec(tv_sec: 54_240, tv_nsec: 5_000_000))
        return LogLine(moment: moment, level: level, message: message, fields: fields)
    }

    @Test func `a console line is Cosmovisor's`() {
        let line = line(.info, "plan is due", [("plan.name", "v2"), ("module", "switchyard")])
        let text = line.console(timeFormat: .kitchen, isColored: false)
        #expect(text == "3:04PM INF plan is due plan.name=v2 module=switchyard")
        #expect(line.console(timeFormat: nil, isColored: false).hasPrefix("INF plan"))
    }

    @Test(arguments: [
        (Logger.Level.trace, "TRC"), (.debug, "DBG"), (.info, "INF"), (.notice, "INF"),
        (.warning, "WRN"), (.error, "ERR"), (.critical, "ERR"),
    ])
    func `each level has three letters`(level: Logger.Level, letters: String) {
        #expect(line(level, "x").console(timeFormat: nil, isColored: false) == letters + " x")
    }

    @Test(arguments: [
        ("v2", "k=v2"), ("", #"k="""#), ("a b", #"k="a b""#), ("a=b", #"k="a=b""#),
        (#"a"b"#, #"k="a\"b""#), ("a\nINF b", #"k="a\u{a}INF b""#), ("\u{1b}c", #"k=\u{1b}c"#),
    ])
    func `a value cannot pass for another field or another line`(value: String, shown: String) {
        let text = line(.info, "m", [("k", value)]).console(timeFormat: nil, isColored: false)
        #expect(text == "INF m " + shown)
    }

    @Test func `colours stand around the parts and not in them`() {
        let text = line(.error, "m", [("k", "v")]).console(timeFormat: .kitchen, isColored: true)
        #expect(text == "\u{1b}[90m3:04PM\u{1b}[0m \u{1b}[31mERR\u{1b}[0m m \u{1b}[36mk=\u{1b}[0mv")
    }

    @Test func `a line of JSON has the three fields first and no name twice`() throws {
        let fields = [(key: "level", value: "7"), (key: "a", value: "\"\\\n\t\u{1b}\u{202e}é")]
        let text = line(.warning, "m", fields).json
        let start = #"{"time":"1970-01-01T15:04:00.005Z","level":"warning","msg":"m","#
        #expect(text == start + #""level_":"7","a":"\"\\\n\t\u001b\u202eé"}"#)
        let object = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        #expect(object["a"] == fields[1].value)
    }

    @Test(arguments: [
        (Logger.Level.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3),
        (.critical, 2),
    ])
    func `for the journal the priority comes first and no time`(
        level: Logger.Level, priority: Int
    ) {
        let line = line(level, "plan\nis due", [("k", "a\nb"), ("module", "switchyard")])
        #expect(
            line.prefixed
                == "<\(priority)>plan\\u{a}is due k=a\\u{a}b module=switchyard")
    }

    @Test func `an entry of the journal has a field a line`() {
        let line = line(
            .warning, "plan\nis due",
            [("daemon.pid", "7"), ("plan.näme", "a b\nMESSAGE=x"), ("module", "switchyard")])
        #expect(
            line.journalEntry(of: .switchyard) == """
                MESSAGE=plan\\u{a}is due daemon.pid=7 plan.näme="a b\\u{a}MESSAGE=x"
                PRIORITY=4
                SYSLOG_IDENTIFIER=switchyard
                SWITCHYARD_DAEMON_PID=7
                SWITCHYARD_PLAN_N_ME=a b\\u{a}MESSAGE=x

                """)
        let long = self.line(.info, "m", [(String(repeating: "k", count: 99), "v")])
        let last = long.journalEntry(of: .switchyard).split(separator: "\n").last
        let name = last?.prefix { $0 != "=" }
        #expect(name?.count == 64)
    }
}
