/// How the daemon is asked for heights; nil answers mean that it could not be asked.
package struct ChainProbe: Sendable {
    /// Both heights, asked anew; ends at the deadline.
    package let heights: @Sendable (Instant) async -> RPCHeights?
    package let plan: @Sendable (Instant) async -> ChainPlan?

    package init(
        heights: @escaping @Sendable (Instant) async -> RPCHeights?,
        plan: @escaping @Sendable (Instant) async -> ChainPlan?
    ) {
        self.heights = heights
        self.plan = plan
    }

    /// For daemons without an RPC.
    package static let none = ChainProbe(heights: { _ in nil }, plan: { _ in nil })
}
