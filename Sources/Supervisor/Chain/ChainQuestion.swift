/// A question that a node answers from its state, by gRPC and by RPC's `abci_query` alike.
package enum ChainQuestion: Sendable, Equatable {
    /// The plan that the chain has scheduled.
    case currentPlan
    /// At which height a plan was applied, by its name.
    case appliedPlan(String)
    /// How the node itself is set up.
    case settings
    /// Who the node is; by gRPC alone.
    case identity

    /// The method's path.
    package var path: String {
        switch self {
        case .currentPlan: "/cosmos.upgrade.v1beta1.Query/CurrentPlan"
        case .appliedPlan: "/cosmos.upgrade.v1beta1.Query/AppliedPlan"
        case .settings: "/cosmos.base.node.v1beta1.Service/Config"
        case .identity: "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo"
        }
    }

    /// The protobuf message that is sent with it.
    package var request: [UInt8] {
        switch self {
        case .currentPlan, .settings, .identity: []
        case .appliedPlan(let name): Self.message(name)
        }
    }

    /// A message whose first field is the text.
    private static func message(_ text: String) -> [UInt8] {
        var message: [UInt8] = [1 << 3 | 2]
        var length = text.utf8.count
        while length > 0x7f {
            message.append(UInt8(length & 0x7f) | 0x80)
            length >>= 7
        }
        return message + [UInt8(length)] + Array(text.utf8)
    }
}
