/// Which addresses a request may connect to.
///
/// Asked for every address at the moment of connecting, so that no name can mean one thing when it is
/// judged and another when it is used.
enum Reach: Sendable {
    case anywhere
    /// What is reached by anybody: nothing of this host, of its networks or of its cloud.
    case publicAlone
    case loopbackAlone

    func allows(_ address: NetworkAddress) -> Bool {
        switch self {
        case .anywhere: true
        case .publicAlone: address.kind == .public
        case .loopbackAlone: address.kind == .loopback
        }
    }

    /// Why not, as the end of a clause.
    func reason(against address: NetworkAddress) -> String {
        switch self {
        case .anywhere: "is not allowed"
        case .publicAlone where address.kind == .loopback: "is this host"
        case .publicAlone: "is not public (\(address.kind.rawValue))"
        case .loopbackAlone: "is not this host, and http is for this host alone"
        }
    }
}
