import Glibc

/// The right to supervise a home: flock(2) on the folder `cosmovisor` itself.
///
/// Held as long as this value lives; the kernel gives it back when we end, however we end.
package final class HomeLock: Sendable {
    private let folder: Descriptor

    /// - Throws: `.held` with the holder's pid when /proc/locks tells it; touches nothing then.
    package init(_ home: Home) throws(HomeLockError) {
        do throws(SystemError) {
            folder = try Descriptor(
                open(home.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), call: "open", path: home.root)
        } catch {
            throw .system(error)
        }
        guard flock(folder.number, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else {
                throw .system(SystemError("flock", path: home.root))
            }
            throw .held(by: Self.holder(of: folder))
        }
    }

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
