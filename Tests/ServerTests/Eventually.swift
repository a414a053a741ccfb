import Glibc
import Testing

/// Waits, for a bounded time, until the condition holds.
///
/// It holds the thread, as the tests that are no tasks do themselves; other processes go on.
func eventually(
    within limit: Duration = .seconds(5), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) rethrows {
    let deadline = ContinuousClock.now + limit
    while !(try condition()) {
        guard ContinuousClock.now < deadline else {
            Issue.record("not within \(limit)", sourceLocation: sourceLocation)
            return
        }
        usleep(1000)
    }
}
