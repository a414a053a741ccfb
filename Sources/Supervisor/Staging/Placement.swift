import CLinux
import FoundationEssentials
import Glibc

/// Puts a file of the quarantine in its place in the layout: the old binary is there or the new one,
/// never something between.
///
/// Three parts, of which only the second, one system call, needs that nothing else changes
/// meanwhile: `prepared` and `finish` block for as long as the disk takes.
struct Placement: Sendable {
    private let home: Home
    private let release: Release
    private let bin: Folder
    private let source: Folder
    private let sourceName: String
    private let binary: PlacedBinary

    /// Makes everything ready: the folders, the mode, the record.
    private init(
        of id: String, _ binary: PlacedBinary, in quarantine: Folder, to release: Release,
        of home: Home, replacing old: PlacedBinary?
    ) throws(SystemError) {
        self.home = home
        self.release = release
        self.binary = binary
        var folder = try Folder(home.root)
        for name in Self.names(to: release) {
            folder = try folder.makeFolder(name, mode: 0o755)
        }
        bin = folder
        let file = try quarantine.file(id, O_RDWR)
        if bin.isOnFilesystem(of: file) {
            guard fchmod(file.number, 0o755) == 0 else { throw SystemError("fchmod") }
            try file.sync()
            (source, sourceName) = (quarantine, id)
        } else {
            (source, sourceName) = (bin, ".incoming")
            try Self.copy(file, to: bin, sourceName)
        }
        // Both, so that whatever a crash leaves in place is known.
        try PlacedBinaries([binary] + (old.map { [$0] } ?? [])).store(for: release, in: home)
    }

    private static func names(to release: Release) -> [String] {
        release.directory.split(separator: "/").map(String.init) + ["bin"]
    }

    private static func copy(
        _ file: Descriptor, to folder: Folder, _ name: String
    ) throws(SystemError) {
        folder.removeIfThere(name)
        let copy = try folder.file(name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        while true {
            let count = clinux_copy_through_memory(file.number, copy.number)
            guard count >= 0 else { throw SystemError("copy", code: Int32(-count)) }
            if count == 0 { break }
        }
        guard fchmod(copy.number, 0o755) == 0 else { throw SystemError("fchmod") }
        try copy.sync()
    }

    static func prepared(
        _ id: String, _ binary: PlacedBinary, in quarantine: Quarantine, to release: Release,
        of home: Home, replacing old: PlacedBinary?
    ) throws(StagingRefusal) -> Placement {
        do throws(SystemError) {
            return try Placement(
                of: id, binary, in: try quarantine.folder(), to: release, of: home, replacing: old)
        } catch {
            throw StagingRefusal(error)
        }
    }

    /// Puts it in place.
    func rename() throws(StagingRefusal) {
        do throws(SystemError) {
            try source.rename(sourceName, to: bin, home.daemonName)
        } catch {
            throw StagingRefusal(error)
        }
    }

    /// Makes that durable, and writes down what lies there now.
    func finish() throws(StagingRefusal) {
        var binary = binary
        binary.seal = Seal(release.binary)
        do throws(SystemError) {
            try bin.sync()
            try PlacedBinaries([binary]).store(for: release, in: home)
        } catch {
            throw StagingRefusal(error)
        }
    }

    /// Removes a release's binary, and the folders that are empty then.
    static func remove(_ release: Release, of home: Home) throws(StagingRefusal) {
        do throws(SystemError) {
            try removeFiles(of: release, home)
        } catch {
            throw StagingRefusal(error)
        }
    }

    private static func removeFiles(of release: Release, _ home: Home) throws(SystemError) {
        var folders = [try Folder(home.root)]
        var names = names(to: release)
        for name in names { folders.append(try folders[folders.count - 1].folder(name)) }
        let bin = folders.removeLast()
        try bin.remove(home.daemonName)
        try bin.sync()
        PlacedBinaries.remove(for: release, in: home)
        // `upgrades` itself stays; what is not empty does, too.
        while names.count > 1, let name = names.popLast(), let parent = folders.popLast() {
            guard (try? parent.removeFolder(name)) != nil else { return }
        }
    }
}
