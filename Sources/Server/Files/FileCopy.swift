import CLinux
import Glibc
import Supervisor

/// Copies a file's bytes to a path that is free: all of them, durably, or nothing.
///
/// The mode is that of a new file, by the umask. A copy that was cut off leaves `<path>.new`, which
/// the next one replaces.
/// - Throws: also if the path is taken; what is there stays.
func copyFile(from source: String, to path: String) throws(SystemError) {
    let aside = path + ".new"
    let reader = try Descriptor(open(source, O_RDONLY | O_CLOEXEC), call: "open", path: source)
    // Missing is what it should be; anything else shows when it is opened.
    unlink(aside)
    let writer = try Descriptor(
        open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666), call: "open", path: aside)
    do throws(SystemError) {
        try copyBytes(from: reader, to: writer, source: source, path: aside)
        guard fsync(writer.number) == 0 else { throw SystemError("fsync", path: aside) }
        let result = clinux_rename_noreplace(aside, path)
        guard result == 0 else { throw SystemError("rename", path: path, code: -result) }
    } catch {
        unlink(aside)
        throw error
    }
    if let slash = path.lastIndex(of: "/") { try syncFolder(String(path[..<slash])) }
}

private func copyBytes(
    from reader: Descriptor, to writer: Descriptor, source: String, path: String
) throws(SystemError) {
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
        let count = read(reader.number, &chunk, chunk.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw SystemError("read", path: source) }
        if count == 0 { return }
        var done = 0
        while done < count {
            let written = chunk.withUnsafeBytes {
                write(writer.number, $0.baseAddress?.advanced(by: done), count - done)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw SystemError("write", path: path) }
            done += written
        }
    }
}
