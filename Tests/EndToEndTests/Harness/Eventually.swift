import Glibc
import Testing

/// Waits for what another process does: looks every few milliseconds, for a bounded time.
///
/// The one place in these tests that lets time pass.
func eventually(
    within limit: Duration = .seconds(60), _ what: @autoclosure () -> String,
    sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !isSo() {
        guard ContinuousClock.now < deadline else {
            Issue.record("never came true: \(what())", sourceLocation: sourceLocation)
            throw NeverHappened()
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

struct NeverHappened: Error {}
