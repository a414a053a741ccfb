import Glibc
import Testing

@testable import Supervisor

struct StageInflowTests {
    private let loop: EventLoop
    private let inflow: StageInflow

    init() throws {
        loop = try EventLoop(name: "test")
        loop.start()
        inflow = try StageInflow(on: loop)
    }

    @Test func `it ends with the run, whoever keeps the other end`() async throws {
        let kept = dup(inflow.theirs.number)
        defer { close(kept) }
        #expect(write(kept, "abc", 3) == 3)
        async let text = inflow.collect(atMost: 3)
        loop.perform { inflow.end() }
        #expect(try await text == Array("abc".utf8))
        loop.stop()
    }

    @Test func `what the socket holds when the run is over is taken, piece by piece`() throws {
        #expect(write(inflow.theirs.number, "abcde", 5) == 5)
        loop.perform { inflow.end() }
        loop.stop()
        let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 2, alignment: 1)
        defer { space.deallocate() }
        var bytes: [UInt8] = []
        while case .bytes(let count) = try inflow.take(into: space) { bytes += space[..<count] }
        #expect(bytes == Array("abcde".utf8))
    }

    @Test func `a text that is longer than it may be is refused`() async throws {
        #expect(write(inflow.theirs.number, "abcd", 4) == 4)
        await #expect(throws: StagingRefusal.tooLarge(limit: 3)) {
            try await inflow.collect(atMost: 3)
        }
        loop.stop()
    }
}
