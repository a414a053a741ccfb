import CLinux
import Glibc

/// A folder held open; nothing below it is reached through a link or leaves it.
struct Folder: Sendable {
    let descriptor: Descriptor
    /// For messages; what is reached is the folder that was opened.
    private let path: String

    /// Follows links: for the one folder that an operator may have put elsewhere.
    init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = try Descriptor(
            Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), call: "open", path: path)
    }

    private init(_ descriptor: Descriptor, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    private func join(_ name: String) -> String { path + "/" + name }

    private func check(_ result: Int32, _ call: String, _ name: String) throws(SystemError) {
        guard result == 0 else { throw SystemError(call, path: join(name)) }
    }

    // MARK: - Folders

    func folder(_ name: String) throws(SystemError) -> Folder {
        Folder(try open(name, O_RDONLY | O_DIRECTORY), path: join(name))
    }

    /// The folder, made if it is missing; its name is durable then.
    func makeFolder(_ name: String, mode: mode_t) throws(SystemError) -> Folder {
        if mkdirat(descriptor.number, name, mode) == 0 {
            try sync()
        } else if errno != EEXIST {
            throw SystemError("mkdir", path: join(name))
        }
        return try folder(name)
    }

    /// The folder that a relative path leads to, and the path's last part.
    ///
    /// - Parameter mode: Of folders that are missing and made; nil makes none.
    func walk(
        _ path: String, makingFolders mode: mode_t? = nil
    ) throws(SystemError) -> (folder: Folder, name: String) {
        var parts = path.split(separator: "/").map(String.init)
        let name = parts.popLast() ?? ""
        var folder = self
        for part in parts {
            if let mode {
                folder = try folder.makeFolder(part, mode: mode)
            } else {
                folder = try folder.folder(part)
            }
        }
        return (folder, name)
    }

    /// Removes a folder with all that is in it, however deep; links are not followed.
    ///
    /// Folders within it are moved up first, so that neither depth nor descriptors run out. What
    /// cannot be removed is found again at the next start.
    func removeTreeIfThere(_ name: String) {
        var pending = [name]
        var moved = 0
        while let next = pending.popLast() {
            guard let folder = try? folder(next) else {
                removeIfThere(next)
                continue
            }
            for child in folder.names {
                if unlinkat(folder.descriptor.number, child, 0) == 0 { continue }
                moved += 1
                let place = "\(name).\(moved)"
                guard (try? folder.rename(child, to: self, place)) != nil else { continue }
                pending.append(place)
            }
            unlinkat(descriptor.number, next, AT_REMOVEDIR)
        }
    }

    /// Removes a folder that is empty.
    func removeFolder(_ name: String) throws(SystemError) {
        try check(unlinkat(descriptor.number, name, AT_REMOVEDIR), "rmdir", name)
    }

    /// Without `.` and `..`; none when it cannot be read.
    var names: [String] { ProcFile.names(in: "/proc/self/fd/\(descriptor.number)") }

    func sync() throws(SystemError) {
        guard fsync(descriptor.number) == 0 else { throw SystemError("fsync", path: path) }
    }

    /// What the filesystem has in all, and has left for us.
    func space() throws(SystemError) -> (total: Int64, free: Int64) {
        var status = statvfs()
        guard fstatvfs(descriptor.number, &status) == 0 else {
            throw SystemError("statvfs", path: path)
        }
        let block = Int64(status.f_frsize)
        return (Int64(status.f_blocks) * block, Int64(status.f_bavail) * block)
    }

    /// Whether the file could be renamed into here.
    func isOnFilesystem(of file: Descriptor) -> Bool {
        var (own, other) = (stat(), stat())
        return fstat(descriptor.number, &own) == 0 && fstat(file.number, &other) == 0
            && own.st_dev == other.st_dev
    }

    // MARK: - Files

    /// Opens a regular file; never waits for one, and never follows a link to one.
    func file(
        _ name: String, _ flags: Int32, mode: mode_t = 0
    ) throws(SystemError) -> Descriptor {
        let file = try open(name, flags | O_NOFOLLOW | O_NONBLOCK, mode: mode)
        guard Seal(file) != nil else { throw SystemError("open", path: join(name), code: EINVAL) }
        return file
    }

    private func open(
        _ name: String, _ flags: Int32, mode: mode_t = 0
    ) throws(SystemError) -> Descriptor {
        try Descriptor(
            negated: clinux_open_beneath(descriptor.number, name, flags, mode, false),
            call: "open", path: join(name))
    }

    /// A small file, whole.
    func read(_ name: String, limit: Int) throws(SystemError) -> [UInt8] {
        let file = try file(name, O_RDONLY)
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        let count = pread(file.number, &bytes, bytes.count, 0)
        guard count >= 0 else { throw SystemError("read", path: join(name)) }
        guard count <= limit else { throw SystemError("read", path: join(name), code: EFBIG) }
        return Array(bytes.prefix(count))
    }

    /// Replaces a small file, or leaves it as it was.
    func replace(_ name: String, with bytes: [UInt8]) throws(SystemError) {
        let aside = name + ".new"
        removeIfThere(aside)
        do throws(SystemError) {
            let file = try file(aside, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            try file.write(bytes)
            try file.sync()
            try rename(aside, to: self, name)
        } catch {
            removeIfThere(aside)
            throw error
        }
        try sync()
    }

    func remove(_ name: String) throws(SystemError) {
        try check(unlinkat(descriptor.number, name, 0), "unlink", name)
    }

    /// What cannot be removed is found again at the next start.
    func removeIfThere(_ name: String) {
        unlinkat(descriptor.number, name, 0)
    }

    func rename(_ name: String, to folder: Folder, _ other: String) throws(SystemError) {
        try check(
            renameat(descriptor.number, name, folder.descriptor.number, other), "rename", name)
    }
}

extension Descriptor {
    func write(_ bytes: [UInt8]) throws(SystemError) {
        var failure: SystemError?
        bytes.withUnsafeBytes { bytes in
            do throws(SystemError) { try write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(
                number, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("write") }
            done += count
        }
    }

    func sync() throws(SystemError) {
        guard fsync(number) == 0 else { throw SystemError("fsync") }
    }
}
