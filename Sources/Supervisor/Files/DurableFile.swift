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
        let content = Content(path, Array(bytes), mode: mode)
        do throws(SystemError) {
            let file = try writeAside(content)
            if synced { try sync(file, path: content.temporary) }
            try content.rename()
        } catch {
            unlink(content.temporary)
            throw error
        }
        if synced { try syncDirectory(of: path) }
    }

    /// Replaces several files, and makes them and what else lies at `paths` durable.
    ///
    /// All contents are synced, then all names: a journal takes each of the two at once, while file
    /// after file would wait for the disk twice for every one of them.
    package static func replace(_ contents: [Content], syncing paths: [String]) throws(SystemError)
    {
        do throws(SystemError) {
            var files: [Descriptor] = []
            for content in contents { files.append(try writeAside(content)) }
            for (content, file) in zip(contents, files) {
                try sync(file, path: content.temporary)
            }
            for path in paths { try sync(path: path) }
            for content in contents { try content.rename() }
        } catch {
            for content in contents { unlink(content.temporary) }
            throw error
        }
        for content in contents { try syncDirectory(of: content.path) }
    }

    /// Has the file hold that, in a folder that is made when it is missing; nil takes the file away.
    package static func keep(_ bytes: [UInt8]?, at path: String) throws(SystemError) {
        guard let bytes else {
            guard unlink(path) == 0 || errno == ENOENT else {
                throw SystemError("unlink", path: path)
            }
            return try syncDirectory(of: path)
        }
        let folder = path.parentFolder
        try makeFolder(folder, mode: 0o700)
        try replace(path, with: bytes)
        try syncDirectory(of: folder)
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

    private static func writeAside(_ content: Content) throws(SystemError) -> Descriptor {
        let temporary = content.temporary
        unlink(temporary)
        let file = try Descriptor(
            open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, content.mode),
            call: "open", path: temporary)
        try write(content.bytes, to: file, path: temporary)
        guard fchmod(file.number, content.mode) == 0 else {
            throw SystemError("fchmod", path: temporary)
        }
        return file
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

extension DurableFile {
    /// What a file is to hold.
    package struct Content: Sendable {
        fileprivate let path: String
        fileprivate let bytes: [UInt8]
        fileprivate let mode: mode_t
        fileprivate var temporary: String { path + ".new" }

        package init(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o600) {
            self.path = path
            self.bytes = bytes
            self.mode = mode
        }

        fileprivate func rename() throws(SystemError) {
            guard Glibc.rename(temporary, path) == 0 else {
                throw SystemError("rename", path: path)
            }
        }
    }
}

extension String {
    /// The folder that holds this path.
    package var parentFolder: String {
        guard let slash = lastIndex(of: "/") else { return "." }
        return slash == startIndex ? "/" : String(self[..<slash])
    }
}
