import Glibc

/// An executable of this host that an operator names by its path, looked at before anything is done
/// with it.
package struct OfferedProgram: Sendable {
    package let path: String
    package let sha256: String
    let file: Descriptor

    /// Follows links, for the path is the operator's own; never waits for a pipe.
    ///
    /// Reads the file, and blocks.
    package init(_ path: String) throws(OfferedProgramError) {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw .system(SystemError("open", path: path))
            }
            throw .missing(path)
        }
        file = Descriptor(owning: number)
        guard Seal(file) != nil else { throw .notRegular(path, Self.kind(of: file)) }
        self.path = path
        try Self.check(file, path)
        do throws(SystemError) {
            sha256 = try file.sha256
        } catch {
            throw .system(SystemError(error.call, path: path, code: error.code))
        }
    }

    private static func kind(of file: Descriptor) -> String {
        do throws(ForeignFileError) {
            _ = try ForeignFile.status(of: file, path: "")
        } catch .notRegular(let kind) {
            return kind
        } catch {
            return "unreadable"
        }
        return "another file"
    }

    /// An ELF of this machine that can be executed, or a script.
    private static func check(_ file: Descriptor, _ path: String) throws(OfferedProgramError) {
        var head = [UInt8](repeating: 0, count: BinaryKind.headSize)
        let count = pread(file.number, &head, head.count, 0)
        guard count >= 0 else { throw .system(SystemError("read", path: path)) }
        let kind = BinaryKind(head: Array(head.prefix(count)))
        // What an operator puts there by hand may be a script, unlike what comes from elsewhere.
        if kind == .script { return }
        if let objection = kind.objection {
            throw .unfit(path, what: objection.what, remedy: objection.remedy)
        }
        let elf: ELFFile
        do throws(ELFError) {
            elf = try ELFFile(file: file)
        } catch {
            throw .unfit(
                path, what: "This executable is damaged: \(error).", remedy: "Fetch it anew.")
        }
        guard !elf.isSharedObject else {
            throw .unfit(path, what: "This is a library.", remedy: "Name the executable.")
        }
    }
}

extension Descriptor {
    /// Of the whole file, in lower-case hex; blocks.
    var sha256: String {
        get throws(SystemError) {
            var digest = RunningDigest()
            try digest.update(from: self)
            return digest.digests.sha256 ?? ""
        }
    }
}

/// Why a file cannot be a release's binary.
package enum OfferedProgramError: Error, Equatable, CustomStringConvertible {
    case missing(String)
    /// What it is instead of a file.
    case notRegular(String, String)
    /// What it is, and what helps: each one sentence.
    case unfit(String, what: String, remedy: String)
    case system(SystemError)

    package var description: String {
        switch self {
        case .missing(let path): "invalid executable path: \(path) does not exist"
        case .notRegular(let path, let kind):
            "invalid executable path: \(path) is \(kind), not a regular file"
        case .unfit(let path, let what, let remedy):
            "invalid executable path: \(path): \(what) \(remedy)"
        case .system(let error): "invalid executable path: \(error)"
        }
    }
}
