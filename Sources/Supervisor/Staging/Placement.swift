import CLinux
import FoundationEssentials
import Glibc

/// Puts files of the quarantine in their place in the layout: the old binary is there or the new one,
/// never something between.
///
/// Three parts, of which only the second, one system call for each file, needs that nothing else
/// changes meanwhile: the others block for as long as the disk takes.
struct Placement: Sendable {
    private let home: Home
    private let release: Release
    private let binary: PlacedBinary
    private let old: PlacedBinary?
    private let moves: [Move]

    /// One file, ready to be renamed.
    private struct Move: Sendable {
        let source: Folder
        let sourceName: String
        let target: Folder
        let name: String
    }

    /// Makes everything ready: the folders, the modes, the record.
    ///
    /// - Parameter old: What lies there now, if we placed it.
    init(
        of assembly: Assembly, _ binary: PlacedBinary, in quarantine: Quarantine,
        to release: Release, of home: Home, replacing old: PlacedBinary?
    ) throws(StagingRefusal) {
        self.home = home
        self.release = release
        self.binary = binary
        self.old = old
        do throws(SystemError) {
            let folder = try quarantine.folder()
            var root = try Folder(home.root)
            for name in release.directory.split(separator: "/") {
                root = try root.makeFolder(String(name), mode: 0o755)
            }
            var moves: [Move] = []
            for item in assembly.items {
                moves.append(try Self.move(item, from: folder, to: root))
            }
            self.moves = moves
            // Both, so that whatever a crash leaves in place is known.
            try PlacedBinaries([binary] + (old.map { [$0] } ?? [])).store(for: release, in: home)
        } catch {
            throw StagingRefusal(error)
        }
    }

    private static func move(
        _ item: Assembly.Item, from quarantine: Folder, to root: Folder
    ) throws(SystemError) -> Move {
        let (source, sourceName) = try quarantine.walk(item.source)
        let (target, name) = try root.walk(item.path, makingFolders: 0o755)
        let file = try source.file(sourceName, O_RDWR)
        if target.isOnFilesystem(of: file) {
            guard fchmod(file.number, 0o755) == 0 else { throw SystemError("fchmod") }
            try file.sync()
            return Move(source: source, sourceName: sourceName, target: target, name: name)
        }
        let aside = ".incoming-" + name
        try copy(file, to: target, aside)
        return Move(source: target, sourceName: aside, target: target, name: name)
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

    /// Puts it in place, what runs last.
    func rename() throws(StagingRefusal) {
        do throws(SystemError) {
            for move in moves {
                try move.source.rename(move.sourceName, to: move.target, move.name)
            }
        } catch {
            throw StagingRefusal(error)
        }
    }

    /// Makes that durable, removes what came with the binary before, and writes down what lies there
    /// now.
    func finish() throws(StagingRefusal) {
        var binary = binary
        binary.seal = Seal(release.binary)
        let sideFiles = binary.sideFiles ?? []
        binary.sideFiles = sideFiles.isEmpty ? nil : sideFiles.map { $0.sealed(in: release) }
        do throws(SystemError) {
            for move in moves { try move.target.sync() }
            try Self.removeSideFiles(of: old, except: Set(sideFiles.map(\.path)), of: release, home)
            try PlacedBinaries([binary]).store(for: release, in: home)
        } catch {
            throw StagingRefusal(error)
        }
    }
}

// MARK: - Removing

extension Placement {
    /// Removes a release's binary, what came with it, and the folders that are empty then.
    static func remove(
        _ release: Release, of home: Home, placed: PlacedBinary?
    ) throws(StagingRefusal) {
        do throws(SystemError) {
            try removeFiles(of: release, home)
            try removeSideFiles(of: placed, except: [], of: release, home)
            PlacedBinaries.remove(for: release, in: home)
            try removeEmptyFolders(of: release, home)
        } catch {
            throw StagingRefusal(error)
        }
    }

    private static func removeFiles(of release: Release, _ home: Home) throws(SystemError) {
        let path = release.directory + "/bin/" + home.daemonName
        let (bin, name) = try Folder(home.root).walk(path)
        try bin.remove(name)
        try bin.sync()
    }

    private static func removeSideFiles(
        of placed: PlacedBinary?, except kept: Set<String>, of release: Release, _ home: Home
    ) throws(SystemError) {
        let stale = (placed?.sideFiles ?? []).filter { !kept.contains($0.path) }
        guard !stale.isEmpty else { return }
        let root = try Folder(home.root)
        for file in stale {
            // What an operator has removed already is no obstacle.
            guard let (folder, name) = try? root.walk(release.directory + "/" + file.path) else {
                continue
            }
            folder.removeIfThere(name)
            var parts = file.path.split(separator: "/").dropLast()
            while !parts.isEmpty {
                let path = ([release.directory] + parts.map(String.init)).joined(separator: "/")
                guard let (parent, name) = try? root.walk(path),
                    (try? parent.removeFolder(name)) != nil
                else { break }
                parts = parts.dropLast()
            }
        }
    }

    /// `upgrades` itself stays; what is not empty does, too.
    private static func removeEmptyFolders(
        of release: Release, _ home: Home
    ) throws(SystemError) {
        let root = try Folder(home.root)
        for path in [release.directory + "/bin", release.directory] {
            guard let (parent, name) = try? root.walk(path),
                (try? parent.removeFolder(name)) != nil
            else { return }
        }
    }
}

extension PlacedBinary.SideFile {
    init(_ item: Assembly.Item) {
        self.init(path: item.path, sha256: item.sha256, size: item.size)
    }

    fileprivate func sealed(in release: Release) -> PlacedBinary.SideFile {
        var file = self
        file.seal = Seal(release.path + "/" + path)
        return file
    }
}
