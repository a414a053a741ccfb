/// Where binaries come in, and what is known of those that are there.
package struct StagingArea: Sendable {
    package let binaries: BinaryBook
    package let quarantine: Quarantine
    /// For hashing and receiving, which go on for seconds: a switch must not wait behind them.
    package let trust: TrustBasis
    package let pool: BlockingPool
    /// Raised when a binary was seen that has not been hashed.
    let hashing: Signal
    /// Raised when what is held may be trusted now.
    let settling: Signal

    init(_ setup: Setup, pool: BlockingPool, counters: Counters, loop: EventLoop) {
        self.pool = pool
        binaries = BinaryBook(home: setup.home)
        trust = TrustBasis(setup)
        quarantine = Quarantine(home: setup.home, limits: setup.staging, counters: counters)
        hashing = Signal(on: loop)
        settling = Signal(on: loop)
    }
}
