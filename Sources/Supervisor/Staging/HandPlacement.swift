import CLinux
import Glibc

/// Puts an operator's executable in a release's folder: the old binary is there or the new one, never
/// something between, also while the old one runs.
///
/// In three parts, so that of several all can be ready before the first is in place. Everything here
/// blocks.
package struct HandPlacement: Sendable {
    package let release: Release
    private let program: OfferedProgram
    private let home: Home
    private let found: Found

    private enum Found {
        case nothing, same, other
    }

    /// Looks at what is there; touches nothing.
    ///
    /// - Parameter replacing: Whether another binary may lie there.
    package init(
        _ program: OfferedProgram, to release: Release, of home: Home, replacing: Bool
    ) throws(HandPlacementError) {
        self.program = program
        self.release = release
        self.home = home
        var status = stat()
        guard lstat(release.binary, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw .system(SystemError("lstat", path: release.binary))
            }
            found = .nothing
            return
        }
        guard Self.digest(of: release.binary) != program.sha256 else {
            found = .same
            return
        }
        guard replacing else { throw .exists(release.binary) }
        found = .other
    }

    /// These very bytes were there before.
    package var isThere: Bool { found == .same }
    package var isReplacing: Bool { found == .other }

    /// Copies the executable beside its place, durably.
    ///
    /// What a command that was cut has left there is written anew by the next one.
    /// - Throws: `.busy` while another command puts one there.
    package func makeReady() throws(HandPlacementError) -> Ready? {
        guard !isThere else { return nil }
        do throws(SystemError) {
            let bin = try makeFolders()
            guard flock(bin.descriptor.number, LOCK_EX | LOCK_NB) == 0 else {
                throw SystemError("flock", path: release.binary)
            }
            try copy(to: bin)
            return Ready(bin: bin, binary: release.binary)
        } catch {
            throw error.call == "flock" && error.code == EWOULDBLOCK
                ? .busy(release.binary) : .system(error)
        }
    }

    /// A copy that has only to be renamed.
    ///
    /// The folder stays locked as long as this value lives.
    package struct Ready: Sendable {
        fileprivate let bin: Folder
        fileprivate let binary: String

        package func putInPlace() throws(HandPlacementError) {
            let name = HandPlacement.name(of: binary)
            do throws(SystemError) {
                try bin.rename(HandPlacement.aside(name), to: bin, name)
                try bin.sync()
            } catch {
                throw .system(error)
            }
        }

        /// For when another of several could not be made ready.
        package func callOff() {
            bin.removeIfThere(HandPlacement.aside(HandPlacement.name(of: binary)))
        }
    }

    /// What is there already may lack the bits that make it executable.
    package func makeExecutable() throws(HandPlacementError) {
        do throws(SystemError) {
            try BinaryInspection.makeExecutable(release.binary)
        } catch {
            throw .system(error)
        }
    }

    // MARK: - Parts

    /// Nil for what cannot be read, which is another file then.
    private static func digest(of path: String) -> String? {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        return Seal(file) == nil ? nil : try? file.sha256
    }

    private static func name(of binary: String) -> String {
        binary.split(separator: "/").last.map(String.init) ?? ""
    }

    private static func aside(_ name: String) -> String { ".adding-" + name }

    private func makeFolders() throws(SystemError) -> Folder {
        var folder = try Folder(home.root)
        let owner = try Owner(of: folder)
        for name in release.directory.split(separator: "/").map(String.init) + ["bin"] {
            let isNew = (try? folder.folder(name)) == nil
            folder = try folder.makeFolder(name, mode: 0o755)
            if isNew { try owner.give(folder.descriptor) }
        }
        return folder
    }

    private func copy(to bin: Folder) throws(SystemError) {
        let aside = Self.aside(Self.name(of: release.binary))
        bin.removeIfThere(aside)
        do throws(SystemError) {
            let copy = try bin.file(aside, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
            lseek(program.file.number, 0, SEEK_SET)
            while true {
                let count = clinux_copy_through_memory(program.file.number, copy.number)
                guard count >= 0 else {
                    throw SystemError("write", path: release.binary, code: Int32(-count))
                }
                if count == 0 { break }
            }
            // Somebody may write what is offered meanwhile.
            guard try copy.sha256 == program.sha256 else {
                throw SystemError("read", path: program.path, code: ETXTBSY)
            }
            try Owner(of: bin).give(copy)
            guard fchmod(copy.number, 0o755) == 0 else {
                throw SystemError("fchmod", path: release.binary)
            }
            try copy.sync()
        } catch {
            bin.removeIfThere(aside)
            throw error
        }
    }
}

/// Whose a folder is, so that what root puts in a node's home is the node's to use.
private struct Owner {
    let user: uid_t
    let group: gid_t

    init(of folder: Folder) throws(SystemError) {
        var status = stat()
        guard fstat(folder.descriptor.number, &status) == 0 else { throw SystemError("fstat") }
        (user, group) = (status.st_uid, status.st_gid)
    }

    func give(_ file: Descriptor) throws(SystemError) {
        guard geteuid() == 0 else { return }
        guard fchown(file.number, user, group) == 0 else { throw SystemError("fchown") }
    }
}

/// Why a binary was not put in place; what was there is untouched.
package enum HandPlacementError: Error, Equatable, CustomStringConvertible {
    case exists(String)
    case busy(String)
    case system(SystemError)

    package var description: String {
        switch self {
        case .exists(let path): "file already exists at \(path)"
        case .busy(let path): "another command is putting a binary at \(path); try again"
        case .system(let error): "\(error)"
        }
    }
}
