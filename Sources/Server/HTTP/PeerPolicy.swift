import CLinux
import Glibc
import Supervisor

/// Who may call on a Unix socket that knows its callers by their credentials.
struct PeerPolicy: Sendable {
    /// The user this supervisor runs as; it and root may always.
    let owner: uid_t
    /// Members may, too.
    let group: gid_t?
    let users: UserNames

    /// What a connection's other end is to us.
    enum Standing: Equatable, Sendable {
        case admitted(uid: uid_t, name: String? = nil)
        case refused(uid: uid_t)
        /// The listener asks for a token, whoever it is.
        case byToken
    }

    /// Asks the kernel who connected; one it does not tell of is refused.
    func standing(of socket: Descriptor) -> Standing {
        var user = uid_t.max
        var primary = gid_t.max
        guard clinux_peer(socket.number, &user, &primary) == 0 else {
            return .refused(uid: uid_t.max)
        }
        let isMember = group.map { primary == $0 || groups(of: socket).contains($0) } ?? false
        let isAdmitted = user == 0 || user == owner || isMember
        guard isAdmitted else { return .refused(uid: user) }
        return .admitted(uid: user, name: users.name(of: user))
    }

    /// The supplementary groups, which SO_PEERCRED leaves out; Linux allows 65,536 of them.
    private func groups(of socket: Descriptor) -> [gid_t] {
        var groups = [gid_t](repeating: 0, count: 64)
        for _ in 0..<2 {
            var length = socklen_t(groups.count * MemoryLayout<gid_t>.size)
            let result = getsockopt(socket.number, SOL_SOCKET, SO_PEERGROUPS, &groups, &length)
            let count = Int(length) / MemoryLayout<gid_t>.size
            if result == 0 { return Array(groups.prefix(count)) }
            // ERANGE: `length` now says how much is needed.
            guard errno == ERANGE else { return [] }
            groups = [gid_t](repeating: 0, count: count)
        }
        return []
    }
}
