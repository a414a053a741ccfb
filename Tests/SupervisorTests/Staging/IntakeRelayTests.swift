import FoundationEssentials
import Testing

@testable import Supervisor

/// What two threads carry into a file is what came, in its order.
struct IntakeRelayTests {
    private let tests: QuarantineTests
    private let pool: BlockingPool

    init() throws {
        tests = try QuarantineTests()
        pool = try BlockingPool(threads: 2)
    }

    /// Content that repeats nowhere, and comes in pieces of many sizes, at times after nothing.
    private final class Source: Sendable {
        let bytes: [UInt8]
        private let state = Locked((place: 0, calls: 0))

        init(_ count: Int) {
            var bytes = Head.program(count)
            var number: UInt64 = 0x9e37_79b9_7f4a_7c15
            for index in 64..<count {
                number = number &* 6_364_136_223_846_793_005 &+ 1
                bytes[index] = UInt8(truncatingIfNeeded: number >> 56)
            }
            self.bytes = bytes
        }

        func take(into space: UnsafeMutableRawBufferPointer) -> IntakeTurn.Arrival {
            state.withLock { state in
                state.calls += 1
                guard state.place < bytes.count else { return .end }
                guard state.calls % 50 != 0 else { return .nothing }
                let wanted = 1 + state.calls * 7919 % 100_000
                let count = min(wanted, space.count, bytes.count - state.place)
                space.copyBytes(from: bytes[state.place..<state.place + count])
                state.place += count
                return .bytes(count)
            }
        }
    }

    /// Turns until there is no more, or no way.
    private func receive(
        _ source: Source, into intake: inout Intake
    ) async throws -> StagingRefusal? {
        while true {
            if intake.unhashed > 0 { try intake.hash() }
            let relay = IntakeRelay<Never>(of: intake) { space, _ in source.take(into: space) }
            async let other: Void = pool.run { relay.carry() }
            await pool.run { relay.carry() }
            await other
            let (after, pause) = relay.result
            intake = after
            switch pause {
            case .turn, .nothing: continue
            case .end: return nil
            case .refused(let refusal): return refusal
            case .failed: return nil
            }
        }
    }

    @Test(arguments: [100, 300_000, 20_000_001])
    func `pieces of any size become the file and its digest`(count: Int) async throws {
        let source = Source(count)
        var intake = try tests.quarantine(maxSize: 1 << 30).begin(tests.announcement())
        #expect(try await receive(source, into: &intake) == nil)
        let received = try intake.complete()
        #expect(received.size == Int64(count))
        #expect(received.digests == tests.digests(source.bytes))
        let path = tests.temporary.path + "/cosmovisor/.switchyard/staging/" + received.id
        #expect(try Data(contentsOf: URL(filePath: path)).elementsEqual(source.bytes))
    }

    @Test func `what came before a piece that is refused stays, hashed as far as it is written`()
        async throws
    {
        let source = Source(5_000_000)
        var intake = try tests.quarantine(maxSize: 3_000_000).begin(tests.announcement())
        #expect(try await receive(source, into: &intake) == .tooLarge(limit: 3_000_000))
        #expect(intake.offset > 2_000_000 && intake.offset <= 3_000_000)
        try intake.hash()
        let kept = Array(source.bytes.prefix(Int(intake.offset)))
        #expect(intake.digests == tests.digests(kept))
        #expect(try intake.complete().digests == tests.digests(kept))
    }
}
