import Glibc

/// The daemon's `config/*.toml` as they were before a plan's `pre-upgrade` changed them.
package struct ConfigCopy: Sendable {
    private let config: String
    private let copy: String

    package init(home: Home, plan: UpgradePlan) {
        config = home.config
        copy = "\(home.configCopies)/\(plan.name.directory)-\(plan.height)"
    }

    /// Copies the files unless it was done before: a second run must not keep what the first changed.
    package func take() throws(DataBackupError) {
        var status = stat()
        guard lstat(copy, &status) != 0 else { return }
        let partial = copy + ".partial"
        try FileTree.remove(partial)
        do throws(SystemError) {
            try DurableFile.makeFolder(partial, mode: 0o700)
            for name in files(in: config) {
                try replace(config + "/" + name, at: partial + "/" + name)
            }
            guard rename(partial, copy) == 0 else { throw SystemError("rename", path: copy) }
            try DurableFile.syncDirectory(of: copy)
        } catch {
            throw .system(error)
        }
    }

    /// Puts the files back as they were; none taken is fine.
    package func putBack() throws(SystemError) {
        for name in files(in: copy) {
            try replace(copy + "/" + name, at: config + "/" + name)
        }
    }

    /// Regular files only: a link leads to a configuration that is kept elsewhere, by somebody else.
    private func files(in folder: String) -> [String] {
        ProcFile.names(in: folder).filter { name in
            var status = stat()
            return name.hasSuffix(".toml") && lstat(folder + "/" + name, &status) == 0
                && status.st_mode & S_IFMT == S_IFREG
        }
    }

    private func replace(_ source: String, at destination: String) throws(SystemError) {
        var status = stat()
        guard stat(source, &status) == 0 else { throw SystemError("stat", path: source) }
        let bytes: [UInt8]
        do throws(ForeignFileError) {
            bytes = try ForeignFile.read(source, limit: 16 << 20).bytes
        } catch {
            switch error {
            case .system(let error): throw error
            case .tooLarge: throw SystemError("read", path: source, code: EFBIG)
            case .absent, .notRegular, .changing:
                throw SystemError("read", path: source, code: EINVAL)
            }
        }
        try DurableFile.replace(destination, with: bytes, mode: status.st_mode & 0o777)
        if geteuid() == 0 { chown(destination, status.st_uid, status.st_gid) }
    }
}
