import Glibc

/// A value behind a lock, which is held for moments only and never over a suspension.
///
/// The C library's mutex, not Synchronization's: that one is a bare futex, which the thread sanitizer
/// does not see, so that everything it guards looks like a race.
package final class Locked<Value>: @unchecked Sendable {
    // Unchecked: the value is touched with the mutex held, in `withLock` alone.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    package init(_ value: sending Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    package func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
