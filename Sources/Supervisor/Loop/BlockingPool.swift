import CLinux
import Glibc

/// Threads for work that blocks: copying, hashing, fsync.
///
/// Neither the event loops nor the concurrency runtime's own pool may be held up by a disk. What
/// runs here must not call an actor and must end soon after its task is cancelled.
package final class BlockingPool: TaskExecutor, Sendable {
    private let queue = Locked<[UnownedJob]>([])
    private let available: Descriptor

    /// - Throws: `SystemError` when no event descriptor is to be had.
    package init(threads: Int) throws(SystemError) {
        available = try Descriptor(eventfd(0, Int32(EFD_CLOEXEC | EFD_SEMAPHORE)), call: "eventfd")
        for _ in 0..<threads {
            spawnThread { self.work() }
        }
    }

    /// Runs work that blocks on one of the pool's threads; the caller waits without blocking.
    ///
    /// The work is not interrupted when the task is cancelled: long work asks `Task.isCancelled`.
    package func run<Value: Sendable, Failure: Error>(
        _ work: @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await withTaskExecutorPreference(self) { () async throws(Failure) -> Value in
            try work()
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.withLock { $0.append(job) }
        eventfd_write(available.number, 1)
    }

    private func work() {
        clinux_name_thread("sy-blocking")
        while true {
            // The semaphore's count equals the queue's length: each read stands for one job.
            var one: eventfd_t = 0
            guard eventfd_read(available.number, &one) == 0 else { continue }
            let job = queue.withLock { $0.removeFirst() }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}

/// Starts a detached POSIX thread; signals stay blocked there as in the caller.
func spawnThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    let result = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }, box.toOpaque())
    precondition(result == 0, "no thread to be had: \(String(cString: strerror(result)))")
    pthread_detach(thread)
}
