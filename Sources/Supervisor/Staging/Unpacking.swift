import CLinux
import Glibc
import StageMessages

/// Unpacking of an archive that lies in quarantine: the folders that it takes, and what is made of
/// the files in them. Everything here blocks.
extension Quarantine {
    /// The archive, and an empty folder for what is in it.
    func beginUnpacking(
        _ received: Received
    ) throws(StagingRefusal) -> (archive: Descriptor, folder: Descriptor) {
        do throws(SystemError) {
            let folder = try folder()
            endUnpacking(received.id)
            let target = try folder.makeFolder(Self.unpacked(received.id), mode: 0o700)
            return (try folder.file(received.id, O_RDONLY), target.descriptor)
        } catch {
            throw StagingRefusal(error)
        }
    }

    func endUnpacking(_ id: String) {
        guard let folder = try? folder() else { return }
        folder.removeTreeIfThere(Self.unpacked(id))
        folder.removeTreeIfThere(Self.assembled(id))
    }

    private static func unpacked(_ id: String) -> String { id + ".unpacked" }
    private static func assembled(_ id: String) -> String { id + ".assembled" }

    /// Copies what is wanted of the files that were unpacked, each to an inode that nobody else has
    /// ever had open, and hashes the copies.
    ///
    /// Whoever unpacked them must be dead, and may have lied about all of it.
    ///
    /// - Parameter stop: ends it within some megabytes.
    func assemble(
        _ id: String, daemon: String, stop: StopWish
    ) throws(StagingRefusal) -> Assembly {
        let source = try reaching { folder throws(SystemError) in
            try folder.folder(Self.unpacked(id))
        }
        let selection = try Self.select(in: source, daemon: daemon)
        let tree = Self.assembled(id)
        let target = try reaching { folder throws(SystemError) in
            try folder.makeFolder(tree, mode: 0o700)
        }
        var copying = Copying(quarantine: self, stop: stop)
        var items: [Assembly.Item] = []
        for move in selection.files {
            items.append(try copying.copy(move, from: source, to: target, tree: tree))
        }
        // The executable is the first, as the choice says; its copy is looked at once more.
        let executable = items.removeFirst()
        let kind = try reaching { folder throws(SystemError) in
            let (place, name) = try folder.walk(executable.source)
            return BinaryKind(head: try place.file(name, O_RDONLY).head())
        }
        guard kind == .program else { throw .rejected(kind) }
        return Assembly(
            executable: executable, sideFiles: items, tree: tree,
            choice: "\(selection.executable): \(selection.why)")
    }

    private func reaching<Value>(
        _ body: (Folder) throws(SystemError) -> Value
    ) throws(StagingRefusal) -> Value {
        do throws(SystemError) {
            return try body(try folder())
        } catch {
            throw StagingRefusal(error)
        }
    }

    private static func select(
        in folder: Folder, daemon: String
    ) throws(StagingRefusal) -> ArchiveLayout.Selection {
        var files: [UnpackedFile] = []
        do throws(ArchiveRefusal) {
            try collect(folder, below: "", into: &files)
            return try ArchiveLayout.choose(files, daemon: daemon)
        } catch {
            throw .unpackRefused(error.reason, remedy: error.remedy)
        }
    }

    /// Regular files only: nothing else is taken, and nothing is followed.
    private static func collect(
        _ folder: Folder, below prefix: String, into files: inout [UnpackedFile]
    ) throws(ArchiveRefusal) {
        for name in folder.names.sorted() where files.count < UnpackOrder.Limits().entries {
            let path = prefix + name
            if let file = try? folder.file(name, O_RDONLY), let head = try? file.head() {
                files.append(
                    try UnpackedFile(path: path, head: head, elf: try? ELFFile(file: file)))
            } else if let inner = try? folder.folder(name), path.utf8.count < 512 {
                try collect(inner, below: path + "/", into: &files)
            }
        }
    }
}

/// Copying of files, within bounds that hold whoever has written them.
private struct Copying {
    let quarantine: Quarantine
    let stop: StopWish
    /// Bytes that may still come.
    private var room = UnpackOrder.Limits().bytes

    private static let stretch: Int64 = 16 << 20

    init(quarantine: Quarantine, stop: StopWish) {
        self.quarantine = quarantine
        self.stop = stop
    }

    mutating func copy(
        _ move: ArchiveLayout.Move, from source: Folder, to target: Folder, tree: String
    ) throws(StagingRefusal) -> Assembly.Item {
        do throws(SystemError) {
            let (folder, name) = try source.walk(move.from)
            let (place, copyName) = try target.walk(move.to, makingFolders: 0o700)
            let file = try folder.file(name, O_RDONLY)
            let copy = try place.file(copyName, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
            guard Seal(file)?.size ?? 0 <= room else { throw SystemError("copy", code: EFBIG) }
            try takeContent(of: file, to: copy)
            var digest = RunningDigest()
            try digest.update(from: copy)
            return Assembly.Item(
                source: tree + "/" + move.to, path: move.to, sha256: digest.digests.sha256 ?? "",
                size: Seal(copy)?.size ?? 0)
        } catch  where error.code == EFBIG {
            throw .unpackRefused(
                "what is in the archive is larger than \(UnpackOrder.Limits().bytes) bytes",
                remedy: "Unpack it elsewhere, and stage the executable in it.")
        } catch {
            throw StagingRefusal(error)
        }
    }

    /// Shares blocks where the filesystem can.
    private mutating func takeContent(
        of file: Descriptor, to copy: Descriptor
    ) throws(SystemError) {
        while true {
            guard !stop.isRaised, !Task.isCancelled else {
                throw SystemError("copy", code: ECANCELED)
            }
            guard quarantine.hasReserve else { throw SystemError("copy", code: ENOSPC) }
            var count = clinux_copy_file_range(file.number, copy.number, Int(Self.stretch))
            if count < 0 { count = clinux_copy_through_memory(file.number, copy.number) }
            guard count >= 0 else { throw SystemError("copy", code: Int32(-count)) }
            if count == 0 { return }
            room -= Int64(count)
            guard room >= 0 else { throw SystemError("copy", code: EFBIG) }
        }
    }
}

extension Descriptor {
    /// The first bytes of a file, as many as tell what it is.
    func head() throws(SystemError) -> [UInt8] {
        var head = [UInt8](repeating: 0, count: BinaryKind.headSize)
        let count = pread(number, &head, head.count, 0)
        guard count >= 0 else { throw SystemError("read") }
        return Array(head.prefix(count))
    }
}
