import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct DescriptorWaitTests {
    private let running: RunningLoop
    private var loop: EventLoop { running.loop }

    init() throws {
        running = try RunningLoop()
    }

    /// Begins the wait, runs `body`, and returns the wait's end.
    private func wait(
        for direction: EventLoop.Direction, on descriptor: Descriptor,
        meanwhile body: @Sendable () -> Void
    ) async -> EventLoop.Wake {
        let (loop, running) = (loop, running)
        return await running.run {
            async let wake = loop.wait(for: direction, on: descriptor.number)
            // Most likely it has begun after that; what is tested holds in either order.
            for _ in 0..<10 { await Task.yield() }
            body()
            return await wake
        }
    }

    @Test func `a wait ends when there is something to read`() async throws {
        let pipe = try Pipe()
        #expect(await wait(for: .read, on: pipe.reading) { pipe.write("x") } == .ready)
        #expect(pipe.read() == "x")
    }

    @Test func `a wait for what is there already ends at once`() async throws {
        let pipe = try Pipe()
        pipe.write("x")
        #expect(await loop.wait(for: .read, on: pipe.reading.number) == .ready)
        // Nobody has read it: it is still there.
        #expect(await loop.wait(for: .read, on: pipe.reading.number) == .ready)
    }

    @Test func `a wait ends at its deadline and not before`() async throws {
        let pipe = try Pipe()
        let deadline = Instant.now + .milliseconds(20)
        #expect(await loop.wait(for: .read, on: pipe.reading.number, until: deadline) == .timedOut)
        #expect(Instant.now >= deadline)
        let past = Instant.now - .seconds(1)
        #expect(await loop.wait(for: .read, on: pipe.reading.number, until: past) == .timedOut)
    }

    @Test func `the descriptor can be waited on again after a deadline`() async throws {
        let pipe = try Pipe()
        _ = await loop.wait(for: .read, on: pipe.reading.number, until: .now)
        #expect(await wait(for: .read, on: pipe.reading) { pipe.write("x") } == .ready)
    }

    @Test func `a hang-up ends a wait, for reading and for writing`() async throws {
        let sockets = try SocketPair()
        #expect(
            await wait(for: .read, on: sockets.near) { shutdown(sockets.far.number, 2) } == .ready)
        SocketPair.fill(sockets.near)
        #expect(await loop.wait(for: .write, on: sockets.near.number) == .ready)
    }

    @Test func `a regular file and a closed descriptor are ready at once`() async throws {
        let home = try TemporaryHome()
        try home.write("content", to: "file")
        let file = try Descriptor(open(home["file"], O_RDWR | O_CLOEXEC), call: "open")
        #expect(await loop.wait(for: .read, on: file.number) == .ready)
        #expect(await loop.wait(for: .write, on: file.number) == .ready)
        #expect(await loop.wait(for: .read, on: 19_999) == .ready)
    }

    @Test func `a reader and a writer wait on one socket without waking each other`() async throws {
        let sockets = try SocketPair()
        SocketPair.fill(sockets.near)
        let (loop, running) = (loop, running)
        await running.run {
            async let written = loop.wait(for: .write, on: sockets.near.number)
            async let read = loop.wait(for: .read, on: sockets.near.number)
            await Task.yield()
            _ = write(sockets.far.number, "x", 1)
            #expect(await read == .ready)
            let again = Instant.now + .milliseconds(10)
            SocketPair.drain(sockets.near)
            #expect(
                await loop.wait(for: .read, on: sockets.near.number, until: again) == .timedOut)
            SocketPair.drain(sockets.far)
            #expect(await written == .ready)
        }
    }

    @Test func `forgetting a descriptor ends its waits as cancelled`() async throws {
        let sockets = try SocketPair()
        SocketPair.fill(sockets.near)
        let (loop, ended) = (loop, SharedCount())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for direction in [EventLoop.Direction.read, .write] {
                group.addTask {
                    let wake = await loop.wait(
                        for: direction, on: sockets.near.number, until: .now + .seconds(50))
                    #expect(wake == .cancelled)
                    ended.add()
                }
            }
            // Again and again, for a wait that has not begun is not ended.
            try await Eventually.holds("both waits have ended") {
                loop.forget(sockets.near.number)
                return ended.value == 2
            }
        }
        // It is as new to the loop after that.
        let far = sockets.far
        #expect(
            await wait(for: .read, on: sockets.near) { _ = write(far.number, "x", 1) } == .ready)
    }

    @Test func `data do not end a wait for the hang-up, the other's end does`() async throws {
        let sockets = try SocketPair()
        let number = sockets.near.number
        _ = write(sockets.far.number, "x", 1)
        let soon = Instant.now + .milliseconds(10)
        #expect(await loop.wait(for: .hangup, on: number, until: soon) == .timedOut)
        let far = sockets.far.number
        #expect(
            await wait(for: .hangup, on: sockets.near) { shutdown(far, Int32(SHUT_WR)) } == .ready)
        // What it has said before can still be read.
        #expect(await loop.wait(for: .read, on: number) == .ready)
    }

    @Test func `one wait can be ended and the others on its descriptor go on`() async throws {
        let sockets = try SocketPair()
        let (loop, running, number) = (loop, running, sockets.near.number)
        await running.run {
            async let hangup = loop.wait(for: .hangup, on: number)
            async let read = loop.wait(for: .read, on: number)
            for _ in 0..<10 { await Task.yield() }
            loop.endWait(for: .hangup, on: number)
            #expect(await hangup == .cancelled)
            _ = write(sockets.far.number, "x", 1)
            #expect(await read == .ready)
        }
    }

    @Test func `a descriptor number that is given out anew can be waited on`() async throws {
        for _ in 0..<100 {
            let pipe = try Pipe()
            pipe.write("x")
            #expect(await loop.wait(for: .read, on: pipe.reading.number) == .ready)
        }
    }
}
