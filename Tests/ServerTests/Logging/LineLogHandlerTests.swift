import CLinux
import Glibc
import Logging
import Supervisor
import Testing

@testable import Server

struct LineLogHandlerTests {
    private func logger(
        _ descriptor: Int32, _ format: LogFormat = .console,
        as program: ProgramName = .switchyard
    ) -> Logger {
        let settings = LogSettings(
            isDisabled: false, isColored: true, timeFormat: nil, format: format)
        return Logger(label: "test") { _ in
            LineLogHandler(settings: settings, program: program, descriptor: descriptor)
        }
    }

    private func makePipe() throws -> (reader: Descriptor, writer: Descriptor) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SystemError("pipe") }
        return (Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
    }

    private func received(_ reader: Descriptor) -> String {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = max(0, read(reader.number, &buffer, buffer.count))
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    @Test func `metadata is sorted and the module comes last`() throws {
        let pipe = try makePipe()
        var logger = logger(pipe.writer.number)
        logger[metadataKey: "plan.name"] = "v2"
        logger.notice("plan is due", metadata: ["daemon.pid": "7", "zone": "a b"])
        let expected = "INF plan is due daemon.pid=7 plan.name=v2 zone=\"a b\" module=switchyard\n"
        #expect(received(pipe.reader) == expected)
    }

    @Test(arguments: [
        (LogFormat.console, "INF m module=cosmovisor\n"),
        (.json, #""msg":"m","module":"cosmovisor"}"# + "\n"),
        (.journal, "<6>m module=cosmovisor\n"),
    ])
    func `under the name cosmovisor that is the module`(format: LogFormat, end: String) throws {
        let pipe = try makePipe()
        logger(pipe.writer.number, format, as: .cosmovisor).info("m")
        #expect(received(pipe.reader).hasSuffix(end))
    }

    @Test func `what is below the level is not written`() throws {
        let pipe = try makePipe()
        let logger = logger(pipe.writer.number, .json)
        logger.debug("hidden")
        logger.warning("shown")
        let text = received(pipe.reader)
        #expect(!text.contains("hidden"))
        #expect(text.hasSuffix(#""level":"warning","msg":"shown","module":"switchyard"}"# + "\n"))
    }

    @Test func `a long value is cut so that a line fits a pipe at once`() throws {
        let pipe = try makePipe()
        let value = String(repeating: "x", count: 5000)
        logger(pipe.writer.number).info("m", metadata: ["k": "\(value)"])
        #expect(received(pipe.reader).utf8.count < 4096)
    }

    @Test func `a reader that stands still loses records and stops nobody`() throws {
        let pipe = try makePipe()
        _ = fcntl(pipe.writer.number, F_SETFL, O_NONBLOCK)
        let block = [UInt8](repeating: 0, count: 4096)
        while write(pipe.writer.number, block, block.count) > 0 {}
        _ = fcntl(pipe.writer.number, F_SETFL, 0)
        logger(pipe.writer.number).info("lost")
    }

    @Test func `a descriptor that is closed is passed over`() throws {
        logger(-1).info("lost")
        logger(1_000_000).info("lost")
    }
}
