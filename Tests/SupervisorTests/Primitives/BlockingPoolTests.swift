import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct BlockingPoolTests {
    @Test func `blocking work runs on the pool's threads and returns to the loop`() async throws {
        let running = try RunningLoop()
        let pool = try BlockingPool(threads: 2)
        let loop = running.loop
        let (name, wasOnLoop, isBack) = await running.run {
            let (name, wasOnLoop) = await withTaskExecutorPreference(pool) {
                (Self.threadName, loop.isCurrent)
            }
            return (name, wasOnLoop, loop.isCurrent)
        }
        #expect(name == "sy-blocking\n")
        #expect(!wasOnLoop)
        #expect(isBack)
    }

    @Test func `the loop turns on while the pool blocks`() async throws {
        let running = try RunningLoop()
        let pool = try BlockingPool(threads: 1)
        let (pipe, loop) = (try Pipe(), running.loop)
        _ = fcntl(pipe.reading.number, F_SETFL, 0)
        await running.run {
            async let text = withTaskExecutorPreference(pool) { pipe.read() }
            for _ in 0..<10 {
                #expect(await loop.wait(until: .now + .milliseconds(1)) == .timedOut)
            }
            pipe.write("done")
            #expect(await text == "done")
        }
    }

    @Test func `more jobs than threads all come to their end`() async throws {
        let pool = try BlockingPool(threads: 3)
        let count = SharedCount()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<5_000 {
                group.addTask(executorPreference: pool) {
                    count.add()
                }
            }
        }
        #expect(count.value == 5_000)
    }

    private static var threadName: String? { ProcFile.text("/proc/thread-self/comm") }
}
