import Supervisor

/// What a caller may do; each includes the ones before it.
package enum Scope: String, Sendable, CaseIterable, Comparable {
    case read, stage, operate

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .read: 0
        case .stage: 1
        case .operate: 2
        }
    }
}

/// Who sent a request, as far as its listener can know.
package enum Caller: Sendable, Equatable {
    /// A process of this host, admitted by its credentials in the kernel; its user's name, if known.
    case peer(uid: UInt32, name: String? = nil)
    /// The holder of a token of this node.
    case token(id: String, label: String?, scope: Scope)
    /// Nobody said who they are.
    case anonymous
    /// A token was shown that is not valid; it never falls back to the peer.
    case invalidToken

    /// Nil when the caller has proved nothing.
    package var scope: Scope? {
        switch self {
        case .peer: .operate
        case .token(_, _, let scope): scope
        case .anonymous, .invalidToken: nil
        }
    }

    /// As whom events and operations know the caller; nil when it has proved nothing.
    package var originator: Originator? {
        switch self {
        case .peer(let uid, let name): Originator(kind: .peer, uid: uid, label: name)
        case .token(let id, let label, _): Originator(kind: .token, id: id, label: label)
        case .anonymous, .invalidToken: nil
        }
    }

    package func may(_ scope: Scope) -> Bool {
        self.scope.map { $0 >= scope } ?? false
    }
}
