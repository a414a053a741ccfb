import FoundationEssentials
import Testing

@testable import Supervisor

/// When a height may come.
struct BlockPaceTests {
    private let begin = Instant.now

    /// A chain of one block every six seconds.
    private func pace(
        from height: Height = 1000, blocks: Height, isCatchingUp: Bool = false
    ) -> BlockPace {
        var pace = BlockPace()
        for block in 0...blocks {
            pace.observe(
                height + block, at: begin + .seconds(6) * Int(block), isCatchingUp: isCatchingUp)
        }
        return pace
    }

    @Test func `it is the time of the last hour over its blocks`() {
        #expect(pace(blocks: 10).perBlock == .seconds(6))
        #expect(pace(blocks: 5000).perBlock == .seconds(6))
        var slower = pace(blocks: 1000)
        for block in Height(1)...1000 {
            slower.observe(
                2000 + block, at: begin + .seconds(6000) + .seconds(12) * Int(block),
                isCatchingUp: false)
        }
        #expect(slower.perBlock == .seconds(12))
    }

    @Test func `a few blocks, a node that catches up or went back tell nothing`() {
        #expect(pace(blocks: 9).perBlock == nil)
        #expect(pace(blocks: 100, isCatchingUp: true).perBlock == nil)
        var restored = pace(blocks: 100)
        restored.observe(50, at: begin + .seconds(700), isCatchingUp: false)
        #expect(restored.perBlock == nil)
    }

    @Test func `the moment is told to the second, and not when it is years away`() {
        let seen = Date(timeIntervalSince1970: 1_795_416_957.4)
        let pace = pace(blocks: 20)
        #expect(
            pace.expected(in: 100, after: seen) == Date(timeIntervalSince1970: 1_795_417_557))
        #expect(pace.expected(in: .max, after: seen) == nil)
        #expect(BlockPace().expected(in: 100, after: seen) == nil)
    }
}
