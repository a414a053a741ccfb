import Glibc

/// One turn of receiving on a thread of the pool: others get theirs after so many bytes, or so long.
package struct IntakeTurn {
    private let end: Int64
    private let deadline: Instant

    /// Bytes; what is hashed during the next turn, so that it is still in memory then.
    private static let size: Int64 = 8 << 20
    private static let length = Duration.milliseconds(50)
    /// How long more is waited for on the thread: a client on this host sends again within
    /// microseconds, and going to the loop and back takes longer.
    private static let moment = Duration.milliseconds(1)

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

    fileprivate init(from offset: Int64) {
        end = offset + Self.size
        deadline = .now + Self.length
    }

    private var isOver: Bool { deadline <= .now || Task.isCancelled }

    /// - Parameter take: Gets the next bytes into the space, never waiting for longer than it is told.
    fileprivate func write<Failure: Error>(
        to intake: inout Intake,
        _ take: (UnsafeMutableRawBufferPointer, Duration) throws(Failure) -> Arrival
    ) -> Pause<Failure> {
        let space = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Intake.piece, alignment: 4096)
        defer { space.deallocate() }
        while intake.offset < end {
            let (count, pause) = fill(space, take)
            do throws(StagingRefusal) {
                if count > 0 {
                    try intake.write(UnsafeRawBufferPointer(rebasing: space[..<count]))
                }
            } catch {
                return .refused(error)
            }
            if let pause { return pause }
        }
        return .turn
    }

    /// Fills the space, for as long as there is something to fill it with.
    private func fill<Failure: Error>(
        _ space: UnsafeMutableRawBufferPointer,
        _ take: (UnsafeMutableRawBufferPointer, Duration) throws(Failure) -> Arrival
    ) -> (Int, Pause<Failure>?) {
        var filled = 0
        while filled < space.count {
            guard !isOver else { return (filled, .turn) }
            let rest = UnsafeMutableRawBufferPointer(rebasing: space[filled...])
            do throws(Failure) {
                switch try take(rest, Self.moment) {
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
}

extension StagingArea {
    /// Below this hashing waits for more.
    private static let worthHashing: Int64 = 1 << 20

    /// Writes what comes for a while, and hashes beside that what came before, on two threads of the
    /// pool.
    ///
    /// - Parameters:
    ///   - intake: What has been written stays so whatever happens.
    ///   - take: Gets the next bytes into the space, never waiting for longer than it is told.
    package func turn<Failure: Error>(
        of intake: inout Intake,
        _ take:
            @Sendable (UnsafeMutableRawBufferPointer, Duration) throws(Failure)
            -> IntakeTurn.Arrival
    ) async -> IntakeTurn.Pause<Failure> {
        let before = intake
        async let behind = hashed(before, atLeast: Self.worthHashing)
        let (after, pause) = await pool.run {
            var intake = before
            let pause = IntakeTurn(from: intake.offset).write(to: &intake, take)
            return (intake, pause)
        }
        let (hashed, refusal) = await behind
        intake = after.hashed(as: hashed)
        return refusal.map { .refused($0) } ?? pause
    }

    /// Hashes what has not been yet.
    package func hash(_ intake: inout Intake) async throws(StagingRefusal) {
        let (hashed, refusal) = await hashed(intake, atLeast: 1)
        intake = hashed
        if let refusal { throw refusal }
    }

    private func hashed(_ intake: Intake, atLeast: Int64) async -> (Intake, StagingRefusal?) {
        guard intake.unhashed >= atLeast else { return (intake, nil) }
        return await pool.run {
            var intake = intake
            do throws(StagingRefusal) {
                try intake.hash()
            } catch {
                return (intake, error)
            }
            return (intake, nil)
        }
    }
}
