import Supervisor

/// Takes a request's content into quarantine: while one batch is hashed and, beside that, written on
/// the pool, the next is read from the client, so that never more than two are in memory.
struct Receiver: Sendable {
    let staging: StagingArea

    /// Bytes of a batch.
    private static let batch = 512 * 1024

    /// How far it came, and what ended it early.
    struct Result: Sendable {
        var intake: Intake
        /// Of this request's content; nil where nobody asked for it.
        var part: RunningDigest?
        var failure: Problem?
    }

    /// - Parameter part: What this request's content is hashed with, besides the whole.
    func receive(
        _ body: RequestBody, into intake: Intake, hashing part: RunningDigest? = nil
    ) async -> Result {
        var result = Result(intake: intake, part: part)
        // The first piece alone: what is refused by its head is refused at once.
        var batch = await gather(1, of: body)
        while !batch.pieces.isEmpty {
            let (before, pieces) = (result, batch.pieces)
            async let after = write(pieces, to: before)
            let next =
                batch.isLast ? Batch(isLast: true) : await gather(Self.batch, of: body)
            result = await after
            guard result.failure == nil else { return result }
            batch = Batch(
                pieces: next.pieces, isLast: next.isLast, failure: batch.failure ?? next.failure)
        }
        result.failure = batch.failure.map(Problem.init)
        return result
    }

    private struct Batch: Sendable {
        var pieces: [[UInt8]] = []
        var isLast = false
        var failure: BodyError?
    }

    private func gather(_ count: Int, of body: RequestBody) async -> Batch {
        var batch = Batch()
        var size = 0
        do throws(BodyError) {
            while size < count {
                guard !Task.isCancelled else { throw .clientGone }
                guard let piece = try await body.next() else {
                    batch.isLast = true
                    break
                }
                batch.pieces.append(piece)
                size += piece.count
            }
        } catch {
            batch.isLast = true
            batch.failure = error
        }
        return batch
    }

    private func write(_ pieces: [[UInt8]], to before: Result) async -> Result {
        var after = before
        do throws(StagingRefusal) {
            after.intake = try await staging.append(pieces, to: before.intake)
            guard let part = before.part else { return after }
            after.part = await staging.pool.run {
                var part = part
                for piece in pieces { part.update(piece) }
                return part
            }
        } catch {
            after.failure = Problem(staging: error)
        }
        return after
    }
}
