import Testing

@testable import Supervisor

struct DeadlineQueueTests {
    @Test func `10,000 elements come out in the order of their deadlines`() {
        var generator = SeededGenerator(seed: 1)
        var queue = DeadlineQueue<Int>()
        let start = Instant.now
        let offsets = (0..<10_000).map { _ in Int.random(in: 0..<5_000, using: &generator) }
        for offset in offsets { queue.insert(offset, at: start + .milliseconds(offset)) }
        var seen: [Int] = []
        while let next = queue.popFirst(before: start + .seconds(5)) { seen.append(next) }
        #expect(seen == offsets.sorted())
        #expect(queue.isEmpty)
    }

    @Test func `nothing comes out before its deadline, mixed with what comes in`() {
        var generator = SeededGenerator(seed: 2)
        var queue = DeadlineQueue<Int>()
        var model: [Int] = []
        let start = Instant.now
        for now in 0..<2_000 {
            for _ in 0..<Int.random(in: 0..<4, using: &generator) {
                let deadline = now + Int.random(in: -5..<100, using: &generator)
                queue.insert(deadline, at: start + .milliseconds(deadline))
                model.append(deadline)
            }
            var over: [Int] = []
            while let next = queue.popFirst(before: start + .milliseconds(now)) {
                over.append(next)
            }
            #expect(over == model.filter { $0 <= now }.sorted())
            model.removeAll { $0 <= now }
            #expect(queue.first == model.min().map { start + .milliseconds($0) })
        }
    }

    @Test func `those that are over leave the front and no other place`() {
        var queue = DeadlineQueue<Int>()
        let start = Instant.now
        for number in [3, 1, 4, 2, 5] { queue.insert(number, at: start + .seconds(number)) }
        queue.dropWhile { $0 < 3 || $0 == 5 }
        #expect(queue.first == start + .seconds(3))
        var left: [Int] = []
        while let next = queue.popFirst(before: start + .seconds(9)) { left.append(next) }
        #expect(left == [3, 4, 5])
    }

    @Test func `a queue of those that are over does not grow, and loses no other`() {
        var queue = DeadlineQueue<Int>()
        let start = Instant.now
        // One in a hundred is still waited for; the rest is over at once.
        for number in (0..<10_000).reversed() {
            queue.insert(number, at: start + .milliseconds(number))
            queue.compact { $0 % 100 != 0 }
        }
        var left: [Int] = []
        while let next = queue.popFirst(before: start + .seconds(10)) { left.append(next) }
        #expect(left.count < 1_000)
        #expect(left == left.sorted())
        #expect(left.filter { $0 % 100 == 0 } == Array(stride(from: 0, to: 10_000, by: 100)))
    }

    @Test(.timeLimit(.minutes(5)))
    func `waits on a loop end in the order of their deadlines`() async throws {
        let running = try RunningLoop()
        let loop = running.loop
        let start = Instant.now + .milliseconds(20)
        let seen = await running.run {
            await withTaskGroup(of: Int.self) { group in
                var generator = SeededGenerator(seed: 3)
                for number in (0..<300).shuffled(using: &generator) {
                    group.addTask {
                        _ = await loop.wait(until: start + .microseconds(100 * number))
                        return number
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(seen == Array(0..<300))
    }
}
