import Glibc
import Supervisor

extension Configuration {
    /// Of the listeners: one that cannot be had, that more can reach than may be meant, or that
    /// answers nobody.
    ///
    /// - Parameter activated: the sockets of a `.socket` unit, which only `run start` is given.
    func listenConcerns(_ activated: [Handover.Activated]) -> [String] {
        let addresses: [ListenAddress]
        do throws(ListenAddressError) {
            addresses = try ListenAddress.list(listen.joined(separator: ","))
        } catch {
            return ["`run start` cannot listen as SWITCHYARD_LISTEN says: \(error)"] + groupConcerns
        }
        return groupConcerns + addresses.flatMap { concerns(of: $0, activated) }
    }

    private func concerns(
        of address: ListenAddress, _ activated: [Handover.Activated]
    ) -> [String] {
        switch address {
        case .unix(let path, .token): proxyConcerns(of: "unix:" + path)
        case .unix(_, .peer), .activated: []
        case .tcp(let host, let port): remoteConcerns(host, port)
        case .systemd:
            activated.filter { $0.isUnix && $0.callers == .token }
                .flatMap { proxyConcerns(of: $0.name + " of the .socket unit") }
        }
    }

    private var groupConcerns: [String] {
        guard let name = apiGroup, groupID == nil else { return [] }
        return [
            "SWITCHYARD_API_GROUP: there is no group \(quoted(name)), so that only root and the "
                + "supervisor's own user may use its sockets"
        ]
    }

    private func remoteConcerns(_ host: String, _ port: UInt16) -> [String] {
        guard !SocketAddress.isLoopback(host) else { return [] }
        guard allowsRemote else {
            return [
                "`run start` cannot listen as SWITCHYARD_LISTEN says: \(ListenError.remote(host))"
            ]
        }
        let place = host.contains(":") ? "[\(host)]" : host
        return [
            "SWITCHYARD_ALLOW_REMOTE: other hosts can reach the API at tcp:\(place):\(port), and what "
                + "is sent there, tokens too, is not secret"
        ]
    }

    private func proxyConcerns(of socket: String) -> [String] {
        guard apiHosts.names.isEmpty else { return [] }
        return [
            "\(quoted(socket)) is a proxy's socket, and answers to no name until "
                + "SWITCHYARD_API_HOSTS says some"
        ]
    }

    /// Of SWITCHYARD_API_GROUP; nil also for a group that does not exist.
    var groupID: gid_t? {
        apiGroup.flatMap { getgrnam($0)?.pointee.gr_gid }
    }
}
