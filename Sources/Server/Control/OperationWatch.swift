import Supervisor

/// Follows an operation of the supervisor's to its end.
struct OperationWatch: Sendable {
    let client: ControlClient
    /// How long one question waits for the end: as often is there news of the progress.
    let pace: Int

    typealias Answer = ControlClient.Answer<OperationView>

    /// - Parameter seen: Told of each look, the last one too.
    func end(
        of begun: Answer, seen: (OperationView) -> Void
    ) async throws(ControlError) -> Answer {
        var latest = begun
        seen(latest.value)
        while latest.value.isRunning {
            latest = try await look(at: latest.value)
            seen(latest.value)
        }
        return latest
    }

    private func look(at operation: OperationView) async throws(ControlError) -> Answer {
        do throws(ControlError) {
            return try await client.get(operation.path, waiting: pace)
        } catch .problem(let problem) where problem.isTooMany {
            // All places to wait are taken; a look needs none.
            _ = await client.loop.wait(until: .now + .seconds(1))
            return try await client.get(operation.path)
        }
    }
}
