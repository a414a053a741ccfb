import Supervisor

/// Takes a request's content into quarantine, turn by turn on the threads of the pool; between the
/// turns it waits for the client, on no thread.
struct Receiver: Sendable {
    let staging: StagingArea

    /// How far it came, and what ended it early.
    struct Result: Sendable {
        var intake: Intake
        var failure: Problem?
    }

    /// Receives all of it; without a failure it is hashed, too.
    func receive(_ body: RequestBody, into intake: Intake) async -> Result {
        var result = Result(intake: intake)
        do throws(Problem) {
            while try await receiveMore(of: body, into: &result.intake) {}
            do throws(StagingRefusal) {
                try await staging.hash(&result.intake)
            } catch {
                throw Problem(staging: error)
            }
        } catch {
            result.failure = error
        }
        return result
    }

    /// - Returns: Whether there is more.
    private func receiveMore(
        of body: RequestBody, into intake: inout Intake
    ) async throws(Problem) -> Bool {
        let pause = await staging.turn(of: &intake) { space, moment throws(BodyError) in
            try body.take(into: space, within: moment)
        }
        switch pause {
        case .turn where Task.isCancelled: throw Problem(.clientGone)
        case .turn: return true
        case .end: return false
        case .failed(let error): throw Problem(error)
        case .refused(let refusal): throw Problem(staging: refusal)
        case .nothing:
            do throws(BodyError) {
                try await body.wait()
            } catch {
                throw Problem(error)
            }
            return true
        }
    }
}
