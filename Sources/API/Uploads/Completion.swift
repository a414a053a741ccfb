import Supervisor

/// The end of a request that brought bytes: the upload is kept for later, given up, or decided.
struct Completion: Sendable {
    let node: NodeSupervisor
    let name: PlanName

    private var pool: BlockingPool { node.staging.pool }

    func suspend(_ intake: Intake) async {
        await pool.run { intake.suspend() }
    }

    func discard(_ intake: Intake) async {
        await pool.run { intake.discard() }
    }

    /// Decides what becomes of an upload that has come to its end; nothing is kept of one that is
    /// refused.
    func complete(
        _ intake: Intake, isVouchedFor: Bool, if condition: BinaryCondition,
        by originator: Originator
    ) async throws(Problem) -> Response {
        do throws(StagingRefusal) {
            let received = try await pool.run { () throws(StagingRefusal) in
                try intake.complete()
            }
            let answer = try await node.stage(
                received, for: name, from: .upload, by: originator,
                voucher: Voucher(isOperator: isVouchedFor), if: condition)
            return .binary(answer, of: name)
        } catch {
            await discard(intake)
            throw Problem(staging: error)
        }
    }
}
