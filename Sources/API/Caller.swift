/// What a caller may do; each includes the ones before it.
package enum Scope: Int, Sendable, Comparable {
    case read, stage, operate

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Who sent a request, as far as its listener can know.
package enum Caller: Sendable, Equatable {
    /// A process of this host, admitted by its credentials in the kernel.
    case peer(uid: UInt32)
    /// Nobody said who they are.
    case anonymous
    /// A token was shown that is not known; it never falls back to the peer.
    case invalidToken

    /// Nil when the caller has proved nothing.
    package var scope: Scope? {
        switch self {
        case .peer: .operate
        case .anonymous, .invalidToken: nil
        }
    }

    package func may(_ scope: Scope) -> Bool {
        self.scope.map { $0 >= scope } ?? false
    }
}
