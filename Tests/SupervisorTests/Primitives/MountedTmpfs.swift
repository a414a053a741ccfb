import Glibc
import Supervisor

/// A filesystem of its own in memory, unmounted with its last reference.
final class MountedTmpfs: Sendable {
    let path: String

    init(size: String = "1m") throws {
        var template = Array("/tmp/switchyard-tmpfs-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(size)") == 0 else {
            let error = SystemError("mount", path: path)
            rmdir(path)
            throw error
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    /// Whether we may mount; root in a container may not.
    static let isAvailable = (try? MountedTmpfs()) != nil
}
