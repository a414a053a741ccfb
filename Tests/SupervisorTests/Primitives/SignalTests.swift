import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct SignalTests {
    private let running: RunningLoop
    private let signal: Signal

    init() throws {
        running = try RunningLoop()
        signal = Signal(on: running.loop)
    }

    private var soon: Instant { .now + .milliseconds(10) }

    @Test func `a raise wakes who waits`() async {
        let signal = signal
        let wake = await running.run {
            async let wake = signal.wait(until: nil)
            await Task.yield()
            signal.raise()
            return await wake
        }
        #expect(wake == .ready)
        #expect(await signal.wait(until: soon) == .timedOut)
    }

    @Test func `a raise before the wait is not lost`() async {
        signal.raise()
        #expect(await signal.wait(until: nil) == .ready)
    }

    @Test func `many raises before the wait wake once`() async {
        for _ in 0..<100 { signal.raise() }
        #expect(await signal.wait(until: nil) == .ready)
        #expect(await signal.wait(until: soon) == .timedOut)
    }

    @Test func `a wait without a raise ends at its deadline`() async {
        let deadline = soon
        #expect(await signal.wait(until: deadline) == .timedOut)
        #expect(Instant.now >= deadline)
    }

    @Test func `a raise after the deadline is for the next wait`() async {
        _ = await signal.wait(until: soon)
        signal.raise()
        #expect(await signal.wait(until: nil) == .ready)
    }

    @Test func `a lowered signal wakes nobody`() async {
        let signal = signal
        await running.run {
            signal.raise()
            signal.lower()
        }
        #expect(await signal.wait(until: soon) == .timedOut)
    }

    @Test func `a wait that is cancelled already leaves the raise to the next`() async {
        let signal = signal
        signal.raise()
        await withTaskGroup(of: EventLoop.Wake.self) { group in
            group.cancelAll()
            group.addTask { await signal.wait(until: nil) }
            #expect(await group.next() == .cancelled)
        }
        #expect(await signal.wait(until: soon) == .ready)
    }

    @Test func `a raise after a cancelled wait is for the next`() async {
        let signal = signal
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await signal.wait(until: nil) }
            await running.roundTrip()
            group.cancelAll()
        }
        signal.raise()
        #expect(await signal.wait(until: soon) == .ready)
    }

    @Test func `raises of other threads are never lost`() async {
        let signal = signal
        for _ in 0..<2_000 {
            async let wake = signal.wait(until: nil)
            signal.raise()
            #expect(await wake == .ready)
        }
    }
}
