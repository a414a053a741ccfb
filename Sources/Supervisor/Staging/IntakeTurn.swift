import Glibc

/// One turn of receiving on threads of the pool: others get theirs after so long.
package struct IntakeTurn {
    private let deadline: Instant

    private static let length = Duration.milliseconds(50)
    /// How long more is waited for on the thread: a client on this host sends again within
    /// microseconds, and going to the loop and back takes longer.
    private static let moment = Duration.milliseconds(1)
    /// How long something is looked for again and again, with all others let pass: to sleep and be
    /// woken takes as long, most of all on a virtual machine whose processors sleep, too.
    static let glance = Duration.microseconds(200)

    /// What comes next of some content.
    package enum Arrival: Sendable, Equatable {
        /// So many.
        case bytes(Int)
        /// None for now.
        case nothing
        /// That was all.
        case end
    }

    /// Why a turn is over.
    package enum Pause<Failure: Error>: Sendable {
        /// It has had its share.
        case turn
        /// There is nothing for now.
        case nothing
        case end
        case failed(Failure)
        case refused(StagingRefusal)
    }

    init() {
        deadline = .now + Self.length
    }

    private var isOver: Bool { deadline <= .now || Task.isCancelled }

    /// Fills the space, for as long as there is something to fill it with.
    func fill<Failure: Error>(
        _ space: UnsafeMutableRawBufferPointer,
        _ take: (UnsafeMutableRawBufferPointer, Duration) throws(Failure) -> Arrival
    ) -> (Int, Pause<Failure>?) {
        var filled = 0
        while filled < space.count {
            guard !isOver else { return (filled, .turn) }
            let rest = UnsafeMutableRawBufferPointer(rebasing: space[filled...])
            do throws(Failure) {
                switch try look(rest, take) {
                case .bytes(let count): filled += count
                case .nothing: return (filled, .nothing)
                case .end: return (filled, .end)
                }
            } catch {
                return (filled, .failed(error))
            }
        }
        return (filled, nil)
    }

    private func look<Failure: Error>(
        _ space: UnsafeMutableRawBufferPointer,
        _ take: (UnsafeMutableRawBufferPointer, Duration) throws(Failure) -> Arrival
    ) throws(Failure) -> Arrival {
        let deadline = Instant.now + Self.glance
        repeat {
            let arrival = try take(space, .zero)
            guard arrival == .nothing else { return arrival }
            sched_yield()
        } while .now < deadline
        return try take(space, Self.moment)
    }
}

extension StagingArea {
    /// Takes in what comes for a while, on two threads of the pool.
    ///
    /// - Parameters:
    ///   - intake: What has been written stays so whatever happens.
    ///   - take: Gets the next bytes into the space, never waiting for longer than it is told. It is
    ///     called by one thread at a time, and not always the same.
    package func turn<Failure: Error>(
        of intake: inout Intake,
        _ take:
            @escaping @Sendable (UnsafeMutableRawBufferPointer, Duration) throws(Failure)
            -> IntakeTurn.Arrival
    ) async -> IntakeTurn.Pause<Failure> {
        do throws(StagingRefusal) {
            try await hash(&intake)
        } catch {
            return .refused(error)
        }
        let relay = IntakeRelay(of: intake, take)
        async let other: Void = pool.run { relay.carry() }
        await pool.run { relay.carry() }
        await other
        let pause: IntakeTurn.Pause<Failure>
        (intake, pause) = relay.result
        return pause
    }

    /// Hashes what has not been yet.
    package func hash(_ intake: inout Intake) async throws(StagingRefusal) {
        guard intake.unhashed > 0 else { return }
        let before = intake
        let (hashed, refusal) = await pool.run { () -> (Intake, StagingRefusal?) in
            var intake = before
            do throws(StagingRefusal) {
                try intake.hash()
            } catch {
                return (intake, error)
            }
            return (intake, nil)
        }
        intake = hashed
        if let refusal { throw refusal }
    }
}
