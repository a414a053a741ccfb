import Glibc

extension ProgramFacts {
    /// Reads the headers of a release's binary, and of all libraries it needs; blocks.
    init(_ release: Release, environment: [String], cache: LoaderCache) {
        var status = stat()
        guard stat(release.binary, &status) == 0 else {
            self =
                errno == ENOENT || errno == ENOTDIR
                ? .absent : .unusable("\(SystemError("stat", path: release.binary))")
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            self = .unusable("it is no regular file")
            return
        }
        let head: [UInt8]
        do throws(SystemError) {
            head = try Self.head(of: release.binary)
        } catch {
            self = .unusable("\(error)")
            return
        }
        let kind = BinaryKind(head: head)
        switch kind {
        case .empty: self = .unusable("it is empty")
        case .script: self = Self.script(head)
        case .program: self = Self.program(release, environment: environment, cache: cache)
        case .foreign, .otherELF, .archive, .unknown: self = .other(kind)
        }
    }

    private static func head(of path: String) throws(SystemError) -> [UInt8] {
        let file = try Descriptor(
            open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), call: "open", path: path)
        var head = [UInt8](repeating: 0, count: BinaryKind.headSize)
        let count = pread(file.number, &head, head.count, 0)
        guard count >= 0 else { throw SystemError("read", path: path) }
        return Array(head.prefix(count))
    }

    /// The kernel takes the first word of the first line (execve(2)).
    private static func script(_ head: [UInt8]) -> ProgramFacts {
        let line = head.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") && $0 != 0 }
        let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let interpreter = String(decoding: words.first ?? [], as: UTF8.self)
        return .script(interpreter: interpreter, isThere: isRunnable(interpreter))
    }

    private static func program(
        _ release: Release, environment: [String], cache: LoaderCache
    ) -> ProgramFacts {
        let path = realPath(release.binary) ?? release.binary
        let file: ELFFile
        do throws(ELFError) {
            file = try ELFFile(path: path)
        } catch {
            return .broken(error)
        }
        var loading = Loading(own: realPath(release.path) ?? release.path)
        if let loader = file.interpreter {
            loading.loader = Loader(path: loader, isThere: isRunnable(loader))
            var search = LibrarySearch(file, at: path, environment: environment, cache: cache)
            loading.libraries = search.run()
        }
        return .program(loading)
    }

    /// Where its loader finds what it needs; the places of links and of what they lead to.
    static func libraryFolders(of release: Release, environment: [String]) -> Set<String> {
        let cache = LoaderCache()
        guard case .program(let loading) = program(release, environment: environment, cache: cache)
        else { return [] }
        let paths = loading.libraries?.found.values.flatMap { [$0, realPath($0)] } ?? []
        return Set(paths.compactMap { $0?.parentFolder })
    }

    private static func isRunnable(_ path: String) -> Bool {
        Seal(path) != nil && access(path, X_OK) == 0
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
