import Glibc

/// Every file below a plan's folder, with its digest.
package enum InstalledFiles {
    static let countLimit = 10_000
    static let depthLimit = 16

    /// By paths relative to the folder; reads all of their content.
    ///
    /// - Throws: for links and for what is neither a file nor a folder: a manifest lists files, and
    ///   cannot say where a link leads.
    package static func below(
        _ path: String
    ) throws(InstalledFilesError) -> [String: ReleaseManifest.Content] {
        let folder: Folder
        do throws(SystemError) {
            folder = try Folder(path)
        } catch {
            throw .system(error)
        }
        var files: [String: ReleaseManifest.Content] = [:]
        try collect(folder, below: "", depth: 1, into: &files)
        return files
    }

    /// The digest and the size of one file.
    package static func content(
        of path: String
    ) throws(InstalledFilesError) -> ReleaseManifest.Content {
        let file: LocalFile
        do throws(ForeignFileError) {
            file = try LocalFile(path)
        } catch {
            throw .file(path, error)
        }
        return try content(of: file.file)
    }

    /// The same of a release that is one executable.
    ///
    /// - Throws: `.archive` for one, whose files are others than itself.
    package static func executable(
        at path: String
    ) throws(InstalledFilesError) -> ReleaseManifest.Content {
        let head: [UInt8]
        do throws(ForeignFileError) {
            head = try ForeignFile.readPrefix(path, limit: BinaryKind.headSize)
        } catch {
            throw .file(path, error)
        }
        if case .archive(let format) = BinaryKind(head: head) { throw .archive(path, format) }
        return try content(of: path)
    }

    private static func collect(
        _ folder: Folder, below prefix: String, depth: Int,
        into files: inout [String: ReleaseManifest.Content]
    ) throws(InstalledFilesError) {
        guard depth <= depthLimit else { throw .tooMany }
        for name in folder.names.sorted() {
            let path = prefix + name
            guard let file = try regularFile(name, in: folder, path) else {
                let inner = try subfolder(name, in: folder, path)
                try collect(inner, below: path + "/", depth: depth + 1, into: &files)
                continue
            }
            guard files.count < countLimit else { throw .tooMany }
            files[path] = try content(of: file)
        }
    }

    /// Nil for a folder.
    private static func regularFile(
        _ name: String, in folder: Folder, _ path: String
    ) throws(InstalledFilesError) -> Descriptor? {
        do throws(SystemError) {
            return try folder.file(name, O_RDONLY)
        } catch {
            switch error.code {
            case EINVAL: return nil
            case ELOOP: throw .link(path)
            case ENXIO: throw .special(path)
            default: throw .system(error)
            }
        }
    }

    private static func subfolder(
        _ name: String, in folder: Folder, _ path: String
    ) throws(InstalledFilesError) -> Folder {
        do throws(SystemError) {
            return try folder.folder(name)
        } catch {
            throw error.code == ENOTDIR ? .special(path) : .system(error)
        }
    }

    private static func content(
        of file: Descriptor
    ) throws(InstalledFilesError) -> ReleaseManifest.Content {
        var digest = RunningDigest()
        do throws(SystemError) {
            try digest.update(from: file)
        } catch {
            throw .system(error)
        }
        guard let sha256 = digest.digests.sha256, let size = Seal(file)?.size else {
            throw .system(SystemError("fstat", code: EINVAL))
        }
        return .init(sha256: sha256, size: size)
    }
}

/// Why a folder is none that a manifest can list.
package enum InstalledFilesError: Error, Equatable, CustomStringConvertible {
    /// The paths are relative to the folder.
    case link(String)
    case special(String)
    /// More than 10,000 files, or folders 16 deep.
    case tooMany
    /// The format.
    case archive(String, String)
    case file(String, ForeignFileError)
    case system(SystemError)

    package var description: String {
        switch self {
        case .link(let path):
            "\(path) is a symbolic link; `cp -RL` copies what links lead to in their place"
        case .special(let path): "\(path) is neither a file nor a folder"
        case .tooMany: "there are more than 10,000 files, or folders more than 16 deep"
        case .archive(let path, let format):
            "\(path) is an archive (\(format)); name the folder that it unpacks to"
        case .file(let path, let error): "\(path): \(error)"
        case .system(let error): "\(error)"
        }
    }
}
