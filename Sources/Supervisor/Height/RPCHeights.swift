/// What a node's RPC says of its heights; two of them, which differ at an upgrade.
package struct RPCHeights: Sendable, Equatable {
    /// The last block in the block store (`/status`).
    package var stored: Height?
    /// The last block the application has committed (`/abci_info`); 0 before the first.
    ///
    /// Nil when that alone was not answered in time, as during a long block.
    package var applied: Height?
    package var catchingUp: Bool?
    package var nodeID: String?
    /// The chain's id.
    package var network: String?

    package init(
        stored: Height?, applied: Height?, catchingUp: Bool?, nodeID: String?, network: String?
    ) {
        self.stored = stored
        self.applied = applied
        self.catchingUp = catchingUp
        self.nodeID = nodeID
        self.network = network
    }
}

/// A plan as the chain's own state has it; not checked as a file name.
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
