import Glibc
import Supervisor

/// What the users of this host are called; each is looked up once.
final class UserNames: Sendable {
    private let known = Locked<[uid_t: String?]>([:])

    /// Nil for a user that has no name.
    func name(of user: uid_t) -> String? {
        if let name = known.withLock({ $0[user] }) { return name }
        let name = Self.lookUp(user)
        known.withLock { $0[user] = .some(name) }
        return name
    }

    private static func lookUp(_ user: uid_t) -> String? {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var space = [CChar](repeating: 0, count: 16 * 1024)
        guard getpwuid_r(user, &entry, &space, space.count, &result) == 0, result != nil else {
            return nil
        }
        return entry.pw_name.map { String(cString: $0) }
    }
}
