import FoundationEssentials

/// What the daemon's RPC said last, and since when it says the same.
struct ObservedHeights: Sendable, Equatable {
    private(set) var heights: RPCHeights
    private(set) var observedAt: Date
    /// When the stored height last rose.
    private(set) var stoodSince: Instant
    private var answered: Instant

    init(_ heights: RPCHeights, at now: Instant) {
        self.heights = heights
        observedAt = Date()
        stoodSince = now
        answered = now
    }

    /// For how long the answers have been the same, up to the last one.
    var stoodFor: Duration { answered - stoodSince }

    mutating func update(_ heights: RPCHeights, at now: Instant) {
        if heights.stored != self.heights.stored { stoodSince = now }
        self.heights = heights
        observedAt = Date()
        answered = now
    }
}
