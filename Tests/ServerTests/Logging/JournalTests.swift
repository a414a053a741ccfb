import CLinux
import Glibc
import Logging
import Supervisor
import Testing

@testable import Server

/// The log in the shape for systemd's journal, with a socket of our own in its place.
struct JournalTests {
    private let home: TemporaryHome
    private let socket: Descriptor
    private let output: Descriptor

    init() throws {
        home = try TemporaryHome()
        try home.write("", to: "out")
        output = try Descriptor(
            open(home.path + "/out", O_RDWR | O_APPEND), call: "open", path: home.path)
        let number = Glibc.socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        socket = try Descriptor(number, call: "socket")
        let address = try #require(SocketAddress(path: home.path + "/journal"))
        #expect(address.call { bind(number, $0, $1) } == 0)
    }

    private func logger(
        _ stream: String?, format: LogFormat = .journal, as program: ProgramName = .switchyard
    ) -> Logger {
        var settings = LogSettings(
            isDisabled: false, isColored: true, timeFormat: .kitchen, format: format)
        settings.journalStream = stream
        return Logger(label: "test") { [settings, output, home] _ in
            LineLogHandler(
                settings: settings, program: program, descriptor: output.number,
                journal: JournalSocket(path: home.path + "/journal"))
        }
    }

    /// What JOURNAL_STREAM says where standard output is that file.
    private var stream: String {
        var status = stat()
        fstat(output.number, &status)
        return "\(status.st_dev):\(status.st_ino)"
    }

    private var received: String? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(socket.number, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    @Test func `where the output is the journal it gets entries with fields`() throws {
        logger(stream).notice("plan is due", metadata: ["plan.name": "v2"])
        #expect(
            received
                == "MESSAGE=plan is due plan.name=v2\nPRIORITY=5\nSYSLOG_IDENTIFIER=switchyard\n"
                + "SWITCHYARD_PLAN_NAME=v2\n")
        #expect(try home.read("out").isEmpty)
    }

    @Test func `under the name cosmovisor it is found by that`() throws {
        logger(stream, as: .cosmovisor).info("m")
        #expect(received == "MESSAGE=m\nPRIORITY=6\nSYSLOG_IDENTIFIER=cosmovisor\n")
    }

    @Test(arguments: [nil, "", "1", "1:2", "1:2:3", "x:y", ":"])
    func `where it is not, lines have their priority in front`(stream: String?) throws {
        logger(stream).warning("plan is due", metadata: ["plan.name": "v\n2"])
        #expect(received == nil)
        #expect(
            try home.read("out") == "<4>plan is due plan.name=v\\u{a}2 module=switchyard\n")
    }

    @Test func `the other formats never go to the journal's socket`() throws {
        logger(stream, format: .json).info("m")
        #expect(received == nil)
        #expect(try home.read("out").hasPrefix("{"))
    }

    @Test func `a journal that has gone gets lines`() throws {
        let logger = logger(stream)
        unlink(home.path + "/journal")
        logger.info("m")
        #expect(try home.read("out") == "<6>m module=switchyard\n")
    }

    @Test func `a journal that stands still loses entries and stops nobody`() throws {
        // Nobody reads the socket: its queue of net.unix.max_dgram_qlen is full after a few.
        let logger = logger(stream)
        let limit = try #require(Int(try Self.number(at: "/proc/sys/net/unix/max_dgram_qlen")))
        for _ in 0..<limit + 3 { logger.info("m") }
        #expect(try home.read("out").isEmpty)
        #expect(received != nil)
    }

    private static func number(at path: String) throws -> String {
        let bytes = try ForeignFile.readPrefix(path, limit: 64)
        return String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
    }
}
