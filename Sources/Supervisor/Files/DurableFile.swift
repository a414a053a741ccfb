import Glibc

/// Writes that leave the old content or the new, never something between.
package enum DurableFile {
    /// Writes aside and renames over `path`.
    ///
    /// - Parameter synced: whether the content and the rename survive a power loss when this
    ///   returns; without it they survive only a crash of ours.
    package static func replace(
        _ path: String, with bytes: some Sequence<UInt8>, mode: mode_t = 0o600, synced: Bool = true
    ) throws(SystemError) {
        let temporary = path + ".new"
        unlink(temporary)
        do throws(SystemError) {
            let file = try Descriptor(
                open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode),
                call: "open", path: temporary)
            try write(Array(bytes), to: file, path: temporary)
            guard fchmod(file.number, mode) == 0 else {
                throw SystemError("fchmod", path: temporary)
            }
            if synced { try sync(file, path: temporary) }
            guard rename(temporary, path) == 0 else { throw SystemError("rename", path: path) }
        } catch {
            unlink(temporary)
            throw error
        }
        if synced { try syncDirectory(of: path) }
    }

    /// Makes a file's or folder's present content durable.
    package static func sync(path: String) throws(SystemError) {
        let file = try Descriptor(
            open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), call: "open", path: path)
        try sync(file, path: path)
    }

    /// Makes the entry of `path` in its folder durable.
    package static func syncDirectory(of path: String) throws(SystemError) {
        try sync(path: path.parentFolder)
    }

    /// Makes the folder and those above it that are missing.
    package static func makeFolder(_ path: String, mode: mode_t) throws(SystemError) {
        if mkdir(path, mode) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path.parentFolder != path else {
            throw SystemError("mkdir", path: path)
        }
        try makeFolder(path.parentFolder, mode: mode)
        guard mkdir(path, mode) == 0 || errno == EEXIST else {
            throw SystemError("mkdir", path: path)
        }
    }

    private static func write(_ bytes: [UInt8], to file: Descriptor, path: String)
        throws(SystemError)
    {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(
                    file.number, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("write", path: path) }
            done += count
        }
    }

    private static func sync(_ file: Descriptor, path: String) throws(SystemError) {
        guard fsync(file.number) == 0 else { throw SystemError("fsync", path: path) }
    }
}

extension String {
    /// The folder that holds this path.
    package var parentFolder: String {
        guard let slash = lastIndex(of: "/") else { return "." }
        return slash == startIndex ? "/" : String(self[..<slash])
    }
}
