/// The client of a request that is being answered, for routes that wait for something.
package struct ClientWatch: Sendable {
    private let end: @Sendable () async -> Void

    /// A client that never leaves, of a server that never drains.
    package static let staying = ClientWatch {
        let (nothing, source) = AsyncStream<Never>.makeStream()
        for await _ in nothing {}
        withExtendedLifetime(source) {}
    }

    /// - Parameter end: Returns when the client has left or the server drains, and soon after its
    ///   task was cancelled.
    package init(end: @escaping @Sendable () async -> Void) {
        self.end = end
    }

    /// Runs the body, and cancels its task when the client leaves or the server drains.
    ///
    /// A body that ends then with what it has is answered with it, if there is still somebody.
    package func attend<Value: Sendable>(
        _ body: @escaping @Sendable () async -> Value
    ) async -> Value {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await body() }
            group.addTask {
                await end()
                return nil
            }
            while let result = await group.next() {
                group.cancelAll()
                if let result { return result }
            }
            preconditionFailure("the body has answered")
        }
    }
}
