/// Heights as a node's RPC tells them; what it did not tell is nil.
package struct RPCHeights: Sendable, Equatable {
    /// `/status`: the last block in the block store.
    package var stored: Height?
    /// `/abci_info`: the last block the application has committed.
    package var applied: Height?
    package var catchingUp: Bool?
    package var nodeID: String?
    package var network: String?

    package init(
        stored: Height? = nil, applied: Height? = nil, catchingUp: Bool? = nil,
        nodeID: String? = nil, network: String? = nil
    ) {
        self.stored = stored
        self.applied = applied
        self.catchingUp = catchingUp
        self.nodeID = nodeID
        self.network = network
    }
}

/// The upgrade plan in the chain's own state.
package struct ChainPlan: Sendable, Equatable {
    package var name: String
    package var height: Height
    package var info: String

    package init(name: String, height: Height, info: String) {
        self.name = name
        self.height = height
        self.info = info
    }
}

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
