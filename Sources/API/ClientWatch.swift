import Supervisor

/// The client of a request that is being answered, for routes that wait for something.
package struct ClientWatch: Sendable {
    private let end: @Sendable () async -> Void
    private let sleep: @Sendable (Instant) async -> Void
    private let stillMay: @Sendable () -> Bool

    /// A client that never leaves and may always what it could, of a server that never drains.
    package static let staying = ClientWatch {
        let (nothing, source) = AsyncStream<Never>.makeStream()
        for await _ in nothing {}
        withExtendedLifetime(source) {}
    } sleep: { deadline in
        // A moment is waited for and no state, where there is no event loop to do it on; it ends
        // early when the task is cancelled, as is asked of it.
        try? await Task.sleep(until: deadline, clock: .continuous)
    } stillMay: {
        true
    }

    /// - Parameters:
    ///   - end: Returns when the client has left or the server drains, and soon after its task was
    ///     cancelled.
    ///   - sleep: Returns at that moment, and soon after its task was cancelled.
    ///   - stillMay: Whether the caller may what it could when its request came.
    package init(
        end: @escaping @Sendable () async -> Void,
        sleep: @escaping @Sendable (Instant) async -> Void,
        stillMay: @escaping @Sendable () -> Bool
    ) {
        self.end = end
        self.sleep = sleep
        self.stillMay = stillMay
    }

    /// False once the caller's token was revoked, has expired or lost its scope.
    package var mayStay: Bool { stillMay() }

    /// Waits on the loop that serves the client; less when the task is cancelled.
    package func pause(_ duration: Duration) async {
        await sleep(.now + duration)
    }

    /// Runs the body, and cancels its task when the client leaves, the server drains, or the time is
    /// over.
    ///
    /// A body that ends then with what it has is answered with it, if there is still somebody.
    package func attend<Value: Sendable>(
        atMost duration: Duration? = nil, _ body: @escaping @Sendable () async -> Value
    ) async -> Value {
        var ends = [end]
        if let duration { ends.append { await pause(duration) } }
        return await result(of: body, cancelledBy: ends)
    }
}

/// Runs the body, and cancels its task when the first of the others returns; those are cancelled
/// when the body has answered.
func result<Value: Sendable>(
    of body: @escaping @Sendable () async -> Value,
    cancelledBy ends: [@Sendable () async -> Void]
) async -> Value {
    await withTaskGroup(of: Value?.self) { group in
        group.addTask { await body() }
        for end in ends {
            group.addTask {
                await end()
                return nil
            }
        }
        while let result = await group.next() {
            group.cancelAll()
            if let result { return result }
        }
        preconditionFailure("the body has answered")
    }
}
