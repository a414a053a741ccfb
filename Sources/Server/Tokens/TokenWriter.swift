import Glibc
import Supervisor

/// As whom a tokens file is written, so that the supervisor believes it and root is not led astray.
///
/// Root acts as whoever owns the place: what lies below a folder of somebody else may be a link that
/// its owner put there. A place that is root's all the way, such as /etc/switchyard, is written as
/// root, and the group of the home may read the file.
struct TokenWriter {
    private let home: Owner
    private let place: Owner

    private struct Owner: Equatable {
        let user: uid_t
        let group: gid_t
    }

    init(home: Home, path: String) throws(SystemError) {
        var info = stat()
        guard stat(home.path, &info) == 0 else { throw SystemError("stat", path: home.path) }
        self.home = Owner(user: info.st_uid, group: info.st_gid)
        place = Self.lastOwner(on: path)
    }

    /// The owner of the last folder or link on the way that is not root's; root if all are.
    private static func lastOwner(on path: String) -> Owner {
        var owner = Owner(user: 0, group: 0)
        var prefix = ""
        for part in path.split(separator: "/") {
            prefix += "/" + part
            var info = stat()
            guard lstat(prefix, &info) == 0 else { break }
            if info.st_uid != 0 { owner = Owner(user: info.st_uid, group: info.st_gid) }
        }
        return owner
    }

    /// Whether the file is root's, for a supervisor that is not.
    private var isRootsForAnother: Bool { geteuid() == 0 && place.user == 0 && home.user != 0 }

    var mode: mode_t { isRootsForAnother ? 0o640 : 0o600 }

    /// - Throws: `CommandFailure` when neither root nor the node's user asks.
    func become() throws {
        guard geteuid() == 0 else {
            guard geteuid() == home.user else {
                throw CommandFailure(
                    "the home is that of \(UserNames().name(of: home.user) ?? "uid \(home.user)"), "
                        + "and so are its tokens: run this as that user, or as root")
            }
            return
        }
        if place.user != 0 {
            var group = place.group
            try check(setgroups(1, &group), "setgroups")
            try check(setgid(group), "setgid")
            try check(setuid(place.user), "setuid")
        } else if isRootsForAnother {
            try check(setegid(home.group), "setegid")
        }
    }

    private func check(_ result: Int32, _ call: String) throws(SystemError) {
        guard result == 0 else { throw SystemError(call) }
    }
}
