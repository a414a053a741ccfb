/// Where binaries come in, and what is known of those that are there.
package struct StagingArea: Sendable {
    package let binaries: BinaryBook
    /// For hashing and receiving, which go on for seconds: a switch must not wait behind them.
    let pool: BlockingPool
    /// Raised when a binary was seen that has not been hashed.
    let hashing: Signal

    init(_ setup: Setup, pool: BlockingPool, loop: EventLoop) {
        self.pool = pool
        binaries = BinaryBook(home: setup.home)
        hashing = Signal(on: loop)
    }
}
