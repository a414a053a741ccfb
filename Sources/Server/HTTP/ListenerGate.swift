import Glibc
import Supervisor

extension ListenOptions {
    /// The gate of one connection to a listener.
    ///
    /// - Parameter port: The listener's; nil on a Unix socket.
    func gate(for connection: Descriptor, of address: ListenAddress, port: UInt16?) -> Gate {
        let callers = address.callers
        let own: HostRule.OwnNames =
            switch (port, callers) {
            case (let port?, _): .port(port)
            case (nil, .peer): .loopback
            case (nil, .token): .none
            }
        return Gate(
            hosts: HostRule(own: own, allowed: hosts), standing: standing(of: connection, callers),
            tokens: tokens)
    }

    private func standing(
        of connection: Descriptor, _ callers: ListenAddress.Callers
    ) -> PeerPolicy.Standing {
        switch callers {
        case .token: .byToken
        case .peer:
            PeerPolicy(owner: geteuid(), group: group, users: users).standing(of: connection)
        }
    }
}

extension ListenAddress {
    /// The one way in which a listener knows its callers.
    var callers: Callers {
        switch self {
        case .unix(_, let callers): callers
        case .activated(let socket): socket.callers
        case .tcp, .systemd: .token
        }
    }
}
