import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct CancelledWaitTests {
    private let running: RunningLoop
    private var loop: EventLoop { running.loop }

    init() throws {
        running = try RunningLoop()
    }

    @Test func `a wait in a task that is cancelled already ends at once`() async throws {
        let pipe = try Pipe()
        let loop = loop
        await withTaskGroup(of: EventLoop.Wake.self) { group in
            group.cancelAll()
            group.addTask { await loop.wait(for: .read, on: pipe.reading.number) }
            group.addTask { await loop.wait(until: .now + .seconds(50)) }
            for await wake in group { #expect(wake == .cancelled) }
        }
        // Nobody is left waiting there.
        pipe.write("x")
        #expect(await loop.wait(for: .read, on: pipe.reading.number) == .ready)
    }

    @Test func `a cancellation ends a wait from whichever thread it comes`() async throws {
        let loop = loop
        for round in 0..<300 {
            let pipe = try Pipe()
            let wake = await withTaskGroup(of: EventLoop.Wake.self) { group in
                group.addTask { await loop.wait(for: .read, on: pipe.reading.number) }
                if round % 3 > 0 { await running.roundTrip() }
                if round % 3 == 2 { await loop.hop() }
                group.cancelAll()
                return await group.next()
            }
            #expect(wake == .cancelled)
        }
    }

    @Test func `cancellations on the loop and waits elsewhere do not collide`() async throws {
        let loop = loop
        for _ in 0..<200 {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask { _ = await loop.wait(until: .now + .seconds(50)) }
                }
                group.addTask(executorPreference: loop) {}
                await group.next()
                group.cancelAll()
            }
        }
    }

    @Test func `a cancelled wait leaves the other direction alone`() async throws {
        let sockets = try SocketPair()
        let loop = loop
        await running.run {
            async let read = loop.wait(for: .read, on: sockets.near.number)
            SocketPair.fill(sockets.near)
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    #expect(await loop.wait(for: .write, on: sockets.near.number) == .cancelled)
                }
                await Task.yield()
                group.cancelAll()
            }
            _ = write(sockets.far.number, "x", 1)
            #expect(await read == .ready)
        }
    }

    @Test func `a shielded wait goes on in a cancelled task`() async throws {
        let pipe = try Pipe()
        let loop = loop
        await withTaskGroup(of: EventLoop.Wake.self) { group in
            group.cancelAll()
            group.addTask {
                await loop.waitShielded(
                    for: .read, on: pipe.reading.number, until: .now + .milliseconds(10))
            }
            #expect(await group.next() == .timedOut)
            group.addTask { await loop.waitShielded(for: .read, on: pipe.reading.number) }
            pipe.write("x")
            #expect(await group.next() == .ready)
        }
    }
}

extension EventLoop {
    /// Goes on in a later turn.
    fileprivate func hop() async {
        _ = await wait(until: .now)
    }
}
