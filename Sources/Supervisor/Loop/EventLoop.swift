import CLinux
import Glibc
import Synchronization

/// The clock of every deadline here; it goes on while the machine sleeps (CLOCK_BOOTTIME).
package typealias Instant = ContinuousClock.Instant

/// One thread that turns: jobs of Swift's concurrency, descriptors that became ready, deadlines.
///
/// As a serial executor it isolates an actor; as a task executor it runs straight-line code that
/// waits for descriptors without ever changing threads. Jobs run in the order they came; a turn
/// runs those that were there when it began, so that no producer can keep descriptors waiting.
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Unchecked: `inbox` and `thread` are synchronised; `poll` is touched on the loop's thread only,
    // which `perform` and the preconditions in `EventPoll` see to.
    private let inbox = Locked<[Work]>([])
    private let thread = Atomic<UInt>(0)
    private let poll: EventPoll
    private let name: String

    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
        case stop
    }

    /// - Throws: `SystemError` when the kernel gives no epoll or event descriptor.
    package init(name: String) throws(SystemError) {
        self.name = name
        poll = try EventPoll()
    }

    /// Turns on the calling thread until `stop` is called.
    ///
    /// - Parameter pause: asked after each turn; for so long nothing is done then.
    package func run(pausing pause: () -> Duration = { .zero }) {
        thread.store(UInt(pthread_self()), ordering: .releasing)
        clinux_name_thread(name)
        while turn() {
            let pause = pause()
            // The thread itself is to rest; it is no state that is waited for.
            if pause > .zero { usleep(UInt32(pause / .microseconds(1))) }
        }
    }

    /// Turns on a thread of its own until `stop` is called.
    ///
    /// - Parameters:
    ///   - niceness: added to that of the process: others go first where there are more threads to
    ///     run than processors (sched(7)).
    ///   - pause: as for `run`.
    package func start(
        niceness: Int32 = 0, pausing pause: @escaping @Sendable () -> Duration = { .zero }
    ) {
        spawnThread {
            if niceness > 0 { clinux_yield_to_others(niceness) }
            self.run(pausing: pause)
        }
    }

    /// Ends `run` after the jobs that were enqueued before.
    package func stop() {
        submit(.stop)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        submit(.job(UnownedJob(job)))
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(isCurrent, "must run on the event loop \(name)")
    }

    package var isCurrent: Bool {
        thread.load(ordering: .acquiring) == UInt(pthread_self())
    }

    /// Waits until the descriptor can be read or written, or has failed or hung up.
    ///
    /// One waiter per descriptor and direction. Before closing a descriptor that somebody waits on,
    /// call `forget`.
    /// - Parameter isOver: as for `waitShielded`.
    package func wait(
        for direction: Direction, on descriptor: Int32, until deadline: Instant? = nil,
        unless isOver: @escaping @Sendable () -> Bool = { false }
    ) async -> Wake {
        await suspend(
            Waiter(descriptor: descriptor, direction: direction, deadline: deadline),
            unless: isOver)
    }

    /// Waits for the deadline; answers `.timedOut` then, `.cancelled` when the task was cancelled.
    package func wait(until deadline: Instant) async -> Wake {
        await suspend(Waiter(descriptor: nil, direction: .read, deadline: deadline))
    }

    /// Waits as `wait(for:on:until:)` does, also in a task that was cancelled: for the few things
    /// that must be seen to their end.
    ///
    /// - Parameter isOver: asked on the loop's thread right before the wait begins; when true, it is
    ///   cancelled. Whoever makes it true and then calls `forget` is never missed.
    package func waitShielded(
        for direction: Direction, on descriptor: Int32, until deadline: Instant? = nil,
        unless isOver: @escaping @Sendable () -> Bool = { false }
    ) async -> Wake {
        let waiter = Waiter(descriptor: descriptor, direction: direction, deadline: deadline)
        return await withCheckedContinuation { continuation in
            perform {
                waiter.continuation = continuation
                if isOver() { waiter.resume(.cancelled) } else { self.poll.add(waiter) }
            }
        }
    }

    /// Waits for the deadline, also in a task that was cancelled.
    package func waitShielded(until deadline: Instant) async -> Wake {
        let waiter = Waiter(descriptor: nil, direction: .read, deadline: deadline)
        return await withCheckedContinuation { continuation in
            perform {
                waiter.continuation = continuation
                self.poll.add(waiter)
            }
        }
    }

    /// Waits for the deadline or for whoever is handed the waiter, on the loop's thread.
    func wait(
        until deadline: Instant?, handing body: @escaping @Sendable (Waiter) -> Void
    ) async -> Wake {
        await suspend(
            Waiter(descriptor: nil, direction: .read, deadline: deadline), handing: body)
    }

    /// Ends every wait on the descriptor as cancelled and drops what is known of it.
    ///
    /// A wait that begins later is not ended: who sets a flag to end a loop of waits must also make
    /// the descriptor ready, by shutdown(2) for example, or have the flag asked by `waitShielded`.
    package func forget(_ descriptor: Int32) {
        perform { self.poll.forget(descriptor) }
    }

    /// Ends the wait for that on the descriptor, if there is one, as cancelled; as with `forget`,
    /// one that begins later must ask by itself.
    package func endWait(for direction: Direction, on descriptor: Int32) {
        perform { self.poll.endWait(for: direction, on: descriptor) }
    }

    /// Runs the closure on the loop's thread: now when already there, else in its next turn.
    package func perform(_ body: @escaping @Sendable () -> Void) {
        if isCurrent { body() } else { submit(.closure(body)) }
    }

    private func suspend(
        _ waiter: Waiter, unless isOver: @escaping @Sendable () -> Bool = { false },
        handing: (@Sendable (Waiter) -> Void)? = nil
    ) async -> Wake {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                perform {
                    waiter.continuation = continuation
                    if isOver() { waiter.resume(.cancelled) } else { self.poll.add(waiter) }
                    handing?(waiter)
                }
            }
        } onCancel: {
            perform { self.poll.cancel(waiter) }
        }
    }

    private func submit(_ work: Work) {
        let wasEmpty = inbox.withLock { queue in
            queue.append(work)
            return queue.count == 1
        }
        if wasEmpty, !isCurrent { poll.wake() }
    }

    private func turn() -> Bool {
        let idle = inbox.withLock(\.isEmpty)
        poll.poll(mayBlock: idle)
        let batch = inbox.withLock { queue in
            let batch = queue
            queue.removeAll()
            return batch
        }
        for work in batch {
            switch work {
            case .job(let job):
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            case .closure(let body): body()
            case .stop: return false
            }
        }
        return true
    }
}

extension EventLoop {
    package enum Direction: Sendable {
        case read, write
        /// The other side sends no more, or the connection is lost; what has arrived is no matter.
        case hangup
    }

    /// Why a wait ended.
    package enum Wake: Sendable, Equatable {
        case ready, timedOut, cancelled
    }
}
