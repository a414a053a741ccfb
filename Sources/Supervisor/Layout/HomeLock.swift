import Glibc

/// The right to supervise a home: flock(2) on the folder of the link, `cosmovisor` itself as a rule,
/// and on the home, for two supervisors may have been told of different links.
///
/// Held as long as this value lives; the kernel gives it back when we end, however we end.
package final class HomeLock: Sendable {
    private let folders: [Descriptor]

    /// - Throws: `.held` with the holder's pid when /proc/locks tells it; touches nothing then.
    package init(_ home: Home) throws(HomeLockError) {
        var folders = [try Self.locked(home.state)]
        // A home that is closed to its own node's user cannot be locked by another of theirs either.
        let isLocked = Self.isSame(home.state, home.path)
        if !isLocked, access(home.path, R_OK) == 0 { folders.append(try Self.locked(home.path)) }
        self.folders = folders
    }

    /// A lock would refuse itself.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        var (one, other) = (stat(), stat())
        guard stat(left, &one) == 0, stat(right, &other) == 0 else { return false }
        return one.st_dev == other.st_dev && one.st_ino == other.st_ino
    }

    private static func locked(_ path: String) throws(HomeLockError) -> Descriptor {
        let folder: Descriptor
        do throws(SystemError) {
            folder = try Descriptor(
                open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), call: "open", path: path)
        } catch {
            throw .system(error)
        }
        var attempts = 0
        while flock(folder.number, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else { throw .system(SystemError("flock", path: path)) }
            let holder = holder(of: folder)
            let isAlive = holder.map { kill($0, 0) == 0 || errno == EPERM } ?? false
            guard !isAlive, attempts < Self.attempts else { throw .held(by: holder) }
            attempts += 1
            // A second at the most, of a command that can do nothing before it has the lock.
            usleep(pause)
        }
        return folder
    }

    // A supervisor that was killed right after it had made a process leaves the lock to that one,
    // until it notices, in a moment, that nobody will let it begin. There is no event for that.
    private static let attempts = 100
    private static let pause: UInt32 = 10_000

    private static func holder(of folder: Descriptor) -> pid_t? {
        var status = stat()
        guard fstat(folder.number, &status) == 0 else { return nil }
        for line in ProcFile.text("/proc/locks")?.split(separator: "\n") ?? [] {
            let fields = line.split(separator: " ")
            guard fields.count > 5, fields[1] == "FLOCK",
                fields[5].split(separator: ":").last.map(String.init) == "\(status.st_ino)"
            else { continue }
            return pid_t(fields[4])
        }
        return nil
    }
}

/// Why a home cannot be supervised by us.
package enum HomeLockError: Error, Equatable, CustomStringConvertible {
    case held(by: pid_t?)
    case system(SystemError)

    /// errno(3).
    package var code: Int32 {
        switch self {
        case .held: EBUSY
        case .system(let error): error.code
        }
    }

    package var description: String {
        switch self {
        case .held(let pid?): "another switchyard (pid \(pid)) supervises this home"
        case .held: "another switchyard supervises this home"
        case .system(let error): "\(error)"
        }
    }
}
