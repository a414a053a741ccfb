/// How the daemon's RPC is asked; nil answers mean that it could not be asked.
package struct ChainProbe: Sendable {
    /// Both heights, asked anew; ends at the deadline.
    package let heights: @Sendable (Instant) async -> RPCHeights?
    /// The protobuf message that answers the question, from the state of the applied height.
    package let answer: Answer

    package typealias Answer =
        @Sendable (ChainQuestion, Instant) async throws(ChainQueryError) -> [UInt8]

    package init(
        heights: @escaping @Sendable (Instant) async -> RPCHeights?, answer: @escaping Answer
    ) {
        self.heights = heights
        self.answer = answer
    }

    /// For daemons without an RPC.
    package static let none = ChainProbe(
        heights: { _ in nil },
        answer: { _, _ throws(ChainQueryError) in throw .unanswered("the daemon has no RPC") })

    /// Nil also when the chain has no plan.
    func plan(until deadline: Instant) async -> ChainPlan? {
        // A node that does not answer is a normal thing here: it starts, halts or has no RPC.
        guard let message = try? await answer(.currentPlan, deadline) else { return nil }
        return (try? ChainAnswer.plan(in: message)) ?? nil
    }
}
