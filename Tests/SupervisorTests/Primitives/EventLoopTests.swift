import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct EventLoopTests {
    private let running: RunningLoop
    private var loop: EventLoop { running.loop }

    init() throws {
        running = try RunningLoop()
    }

    @Test func `jobs run in the order they came`() async {
        let seen = Locked<[Int]>([])
        for number in 0..<10_000 {
            loop.perform { seen.withLock { $0.append(number) } }
        }
        await running.roundTrip()
        #expect(seen.withLock { $0 } == Array(0..<10_000))
    }

    @Test func `100,000 jobs of four threads all run, each thread's in order`() async {
        let seen = Locked<[[Int]]>(Array(repeating: [], count: 4))
        let loop = loop
        await withTaskGroup(of: Void.self) { group in
            for producer in 0..<4 {
                let ended = AsyncStream.makeStream(of: Void.self)
                spawnThread {
                    for number in 0..<25_000 {
                        loop.perform { seen.withLock { $0[producer].append(number) } }
                    }
                    loop.perform { ended.continuation.finish() }
                }
                group.addTask { for await _ in ended.stream {} }
            }
        }
        for list in seen.withLock({ $0 }) { #expect(list == Array(0..<25_000)) }
    }

    @Test func `a task that always has more to do keeps no descriptor waiting`() async throws {
        let pipe = try Pipe()
        let isOver = SharedFlag()
        let loop = loop
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) {
                while !isOver.isRaised { await Task.yield() }
            }
            pipe.write("x")
            #expect(await loop.wait(for: .read, on: pipe.reading.number) == .ready)
            #expect(await loop.wait(until: .now + .milliseconds(5)) == .timedOut)
            isOver.raise()
        }
    }

    @Test func `an actor on the loop runs on its thread, whoever calls`() async {
        let counter = Counter(on: loop)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask { for _ in 0..<100 { await counter.count() } }
            }
        }
        #expect(await counter.value == 10_000)
        #expect(await counter.strays == 0)
        #expect(!loop.isCurrent)
    }

    @Test func `a task that prefers the loop never leaves its thread`() async throws {
        let pipe = try Pipe()
        let loop = loop
        let stayed = await running.run {
            var stayed = loop.isCurrent
            pipe.write("x")
            _ = await loop.wait(for: .read, on: pipe.reading.number)
            stayed = stayed && loop.isCurrent
            _ = await loop.wait(until: .now + .milliseconds(2))
            return stayed && loop.isCurrent
        }
        #expect(stayed)
    }

    @Test func `a loop names its thread`() async throws {
        let name = try await RunningLoop(name: "sy-named").run {
            ProcFile.text("/proc/thread-self/comm")
        }
        #expect(name == "sy-named\n")
    }

    @Test func `jobs that came before the stop are run`() async throws {
        let loop = try EventLoop(name: "sy-stopped")
        let count = SharedCount()
        for _ in 0..<100 { loop.perform { count.add() } }
        loop.stop()
        loop.run()
        #expect(count.value == 100)
    }

    @Test func `loops that were stopped leave no descriptor and no thread`() async throws {
        let before = (Self.polls, Self.threads)
        for _ in 0..<100 {
            let running = try RunningLoop(name: "sy-brief")
            await running.roundTrip()
        }
        // Other tests have loops of their own meanwhile.
        try await Eventually.holds("100 loops are gone") {
            Self.polls < before.0 + 50 && Self.threads < before.1 + 50
        }
    }

    private static var polls: Int {
        ProcFile.names(in: "/proc/self/fd").count {
            ProcFile.link("/proc/self/fd/\($0)") == "anon_inode:[eventpoll]"
        }
    }

    private static var threads: Int {
        ProcFile.names(in: "/proc/self/task").count {
            ProcFile.text("/proc/self/task/\($0)/comm") == "sy-brief\n"
        }
    }
}

/// Counts on a loop.
private actor Counter {
    private(set) var value = 0
    private(set) var strays = 0
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(on loop: EventLoop) {
        self.loop = loop
    }

    func count() {
        value += 1
        if !loop.isCurrent { strays += 1 }
    }
}
