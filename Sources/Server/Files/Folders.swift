import Glibc
import Supervisor

/// Makes the folder and every one above it that is missing, durably.
func makeFolders(_ path: String, mode: mode_t) throws(SystemError) {
    if try FileKind(at: path) == .directory { return }
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
        return try makeFolder(path, in: "/", mode: mode)
    }
    let parent = String(path[..<slash])
    try makeFolders(parent, mode: mode)
    try makeFolder(path, in: parent, mode: mode)
}

private func makeFolder(_ path: String, in parent: String, mode: mode_t) throws(SystemError) {
    // Somebody else who makes it at the same moment has done our work.
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError("mkdir", path: path) }
    try syncFolder(parent)
}

/// Makes the folder's entries durable.
func syncFolder(_ path: String) throws(SystemError) {
    let folder = try Descriptor(
        open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), call: "open", path: path)
    guard fsync(folder.number) == 0 else { throw SystemError("fsync", path: path) }
}
