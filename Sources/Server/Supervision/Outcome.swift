import Synchronization

/// Carries the root task's result to the thread that waits for it.
final class Outcome: Sendable {
    private let result = Mutex<Result<Int32, CommandFailure>>(.success(1))

    func set(_ value: Result<Int32, CommandFailure>) {
        result.withLock { $0 = value }
    }

    var value: Result<Int32, CommandFailure> {
        result.withLock { $0 }
    }
}
