import Glibc

/// A filesystem of its own in memory, unmounted with its last reference.
final class SmallDisk {
    let path: String

    init(size: String) throws {
        var template = Array("/tmp/switchyard-disk-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(size)") == 0 else {
            rmdir(path)
            throw HarnessError("mount")
        }
        mkdir(path + "/home", 0o755)
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    /// Made by a program of its own, so that no descriptor of it was ever ours.
    func copyOfSimchain() throws -> String {
        let copy = path + "/simchain"
        let program = try TestProcess(
            "/bin/cp", [Programs.copyOfSimchain, copy], environment: [:], log: "/dev/null")
        while program.exitCode() == nil { sched_yield() }
        return copy
    }

    func free() throws -> Int64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw HarnessError("statvfs") }
        return Int64(status.f_bavail) * Int64(status.f_frsize)
    }
}
