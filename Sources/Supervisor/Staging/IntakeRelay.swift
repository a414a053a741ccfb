import Glibc

/// What comes in one turn, on its way into the file and through its digest, carried by two threads.
///
/// Whoever takes a piece in hashes it and writes it, too: it stays in that processor's cache. Each of
/// the three is done by one thread at a time, and in the order in which the pieces came, for a thread
/// lets go of one only once it has the next. So the file never has a gap, and one thread's hashing,
/// which takes longest, goes on while the other writes the piece before and takes in the one behind.
final class IntakeRelay<Failure: Error>: @unchecked Sendable {
    // Unchecked: what is below each station is touched by the thread that has the station, and by the
    // one that is left when both have ended.
    private let receiving = Station()
    private var pause: IntakeTurn.Pause<Failure>?
    private let hashing = Station()
    private var hashed: Intake
    private let writing = Station()
    private var written: Intake
    private var refusal: StagingRefusal?

    private let turn = IntakeTurn()
    private let before: Intake
    private let take:
        @Sendable (UnsafeMutableRawBufferPointer, Duration) throws(Failure) -> IntakeTurn.Arrival

    /// Bytes of a piece: two of them fit into the second cache of a processor of the last ten years,
    /// and handing on is seldom enough.
    private static var piece: Int { 256 << 10 }

    init(
        of intake: Intake,
        _ take:
            @escaping @Sendable (UnsafeMutableRawBufferPointer, Duration) throws(Failure)
            -> IntakeTurn.Arrival
    ) {
        before = intake
        hashed = intake
        written = intake
        self.take = take
    }

    /// Carries piece after piece until the turn is over; to be called by each of the threads.
    func carry() {
        let space = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.piece, alignment: 4096)
        defer { space.deallocate() }
        while true {
            receiving.enter()
            let count = receive(into: space)
            guard count > 0 else { return receiving.leave() }
            let bytes = UnsafeRawBufferPointer(rebasing: space[..<count])
            hashing.enter()
            receiving.leave()
            hashed.update(bytes)
            writing.enter()
            hashing.leave()
            let isWritten = write(bytes)
            writing.leave()
            guard isWritten else { return }
        }
    }

    private func receive(into space: UnsafeMutableRawBufferPointer) -> Int {
        guard pause == nil else { return 0 }
        let (count, pause) = turn.fill(space, take)
        self.pause = pause
        return count
    }

    /// What comes behind a piece that could not be written is not either.
    private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard refusal == nil else { return false }
        do throws(StagingRefusal) {
            try written.write(bytes)
            return true
        } catch {
            refusal = error
            return false
        }
    }

    /// What became of it, once both threads have ended.
    var result: (Intake, IntakeTurn.Pause<Failure>) {
        if let refusal { return (written.hashed(as: before), .refused(refusal)) }
        return (written.hashed(as: hashed), pause ?? .turn)
    }
}

/// What one thread has at a time, also while it waits for a file or a peer.
private final class Station: @unchecked Sendable {
    // Unchecked: a mutex is there to be shared.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func enter() {
        // It is free again within microseconds, and to be woken takes as long.
        let deadline = Instant.now + IntakeTurn.glance
        repeat {
            if pthread_mutex_trylock(mutex) == 0 { return }
            sched_yield()
        } while .now < deadline
        pthread_mutex_lock(mutex)
    }

    func leave() { pthread_mutex_unlock(mutex) }
}
