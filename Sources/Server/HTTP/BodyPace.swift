/// Whether a body still moves: some byte in every stretch of waiting, and so many in each.
///
/// Only time spent waiting for the client counts; what a route does between two pieces is not its
/// fault. A client that sends a byte now and then would else hold a slot for days.
struct BodyPace: Equatable {
    /// How long nothing may come, and the length of a stretch.
    let stretch: Duration
    /// Bytes that must come in each stretch.
    let floor: Int

    /// In this stretch.
    private var waited = Duration.zero
    private var received = 0
    /// Since the last byte.
    private var silence = Duration.zero

    init(stretch: Duration, floor: Int) {
        self.stretch = stretch
        self.floor = floor
    }

    /// How long to wait for the next byte at most.
    var patience: Duration { min(stretch - silence, stretch - waited) }

    mutating func receive(_ count: Int) {
        received += count
        silence = .zero
    }

    /// - Returns: False when the client has had its time.
    mutating func wait(_ time: Duration) -> Bool {
        waited += time
        silence += time
        guard silence < stretch else { return false }
        guard waited >= stretch else { return true }
        guard received >= floor else { return false }
        waited = .zero
        received = 0
        return true
    }
}
