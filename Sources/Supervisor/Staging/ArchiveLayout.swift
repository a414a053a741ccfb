/// Finds the daemon in an archive, and what has to lie beside it.
///
/// Where Cosmovisor looks comes first, so that it is the same file for both; then what releases are
/// seen to have: other folders, and names with a version or a platform behind the daemon's.
package struct ArchiveLayout {
    private let files: [UnpackedFile]
    private let daemon: String

    /// What is taken of an archive, and where to.
    package struct Selection: Sendable, Equatable {
        package let executable: String
        /// A clause that says why it is this one.
        package let why: String
        /// The executable first, then libraries; `to` is relative to the release's folder.
        package let files: [Move]
    }

    package struct Move: Sendable, Equatable {
        package let from: String
        package let to: String

        package init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }

    /// - Parameter daemon: Its name: one part of a path.
    package static func choose(
        _ files: [UnpackedFile], daemon: String
    ) throws(ArchiveRefusal) -> Selection {
        let layout = ArchiveLayout(files: files, daemon: daemon)
        let (executable, why) = try layout.executable()
        let moves = try LibraryPlaces(executable, daemon: daemon).moves(of: files)
        return Selection(executable: executable.text, why: why, files: moves)
    }

    private func executable() throws(ArchiveRefusal) -> (UnpackedFile, String) {
        let programs = files.filter(\.isProgram)
        if let found = try named(programs) { return found }
        if let script = scripts.first, !programs.isEmpty { throw .script(script) }
        let versioned = programs.filter { program in
            ["-", "_"].contains { (program.path.last ?? "").hasPrefix(daemon + $0) }
        }
        if let one = try single(versioned) {
            return (one, "it is the only executable named after \(daemon.inQuotes)")
        }
        guard let one = try single(programs) else { throw nothing }
        return (one, "it is the only executable for this machine in the archive")
    }

    /// By the daemon's very name.
    private func named(_ programs: [UnpackedFile]) throws(ArchiveRefusal) -> (UnpackedFile, String)?
    {
        let named = programs.filter { $0.path.last == daemon }
        let inBin = named.filter { $0.path.dropLast().last == "bin" }
        for place in Self.places(daemon) {
            guard let found = named.first(where: { $0.path == place }) else { continue }
            return (found, "it lies where Cosmovisor looks")
        }
        // It may set up what another one needs.
        if let script = scripts.first(where: { Self.places(daemon).contains($0.path) }) {
            throw .script(script)
        }
        for group in [inBin, named] {
            let depth = group.map(\.path.count).min()
            guard let found = try single(group.filter { $0.path.count == depth }) else { continue }
            return (found, "it has the daemon's name")
        }
        return nil
    }

    /// In which Cosmovisor looks, in this order.
    private static func places(_ daemon: String) -> [[String]] { [["bin", daemon], [daemon]] }

    private var scripts: [UnpackedFile] {
        files.filter { $0.path.last == daemon && $0.kind == .script }
    }

    /// Nil for none.
    private func single(_ found: [UnpackedFile]) throws(ArchiveRefusal) -> UnpackedFile? {
        guard found.count > 1 else { return found.first }
        throw ArchiveRefusal(
            .ambiguous,
            "any of these in the archive may be meant: \(found.map(\.text).sorted().inQuotes)")
    }

    // MARK: - No program

    private var nothing: ArchiveRefusal {
        guard !files.isEmpty else {
            return ArchiveRefusal(.empty, "there is no file in the archive")
        }
        if let foreign { return foreign }
        if let script = scripts.first { return .script(script) }
        if let source = files.first(where: isSource) {
            return ArchiveRefusal(
                .sources, "the archive holds sources and no executable: \(source.text.inQuotes)")
        }
        for file in files {
            guard case .archive(let format) = file.kind else { continue }
            return ArchiveRefusal(
                .nestedArchive,
                "the archive holds an archive (\(format)) instead of an executable: "
                    + file.text.inQuotes)
        }
        let names = files.map(\.text).sorted().inQuotes
        return ArchiveRefusal(.noProgram, "no file in the archive is an executable: \(names)")
    }

    /// There are executables, all for others.
    private var foreign: ArchiveRefusal? {
        var systems: Set<String> = []
        for file in files where !file.isSharedObject {
            if case .foreign(let system) = file.kind { systems.insert(system) }
        }
        guard !systems.isEmpty else { return nil }
        let host = BinaryKind.name(ofMachine: BinaryInspection.machine)
        return ArchiveRefusal(
            .otherPlatform,
            "the archive's executables are for \(systems.sorted().joined(separator: ", ")), and "
                + "this host is \(host)")
    }

    private func isSource(_ file: UnpackedFile) -> Bool {
        let name = file.path.last ?? ""
        return ["go.mod", "Cargo.toml", "Makefile", "package.json"].contains(name)
            || [".go", ".rs", ".c", ".ts"].contains(where: name.hasSuffix)
    }
}

extension ArchiveRefusal {
    fileprivate static func script(_ file: UnpackedFile) -> ArchiveRefusal {
        ArchiveRefusal(.script, "\(file.text.inQuotes) in the archive is a script")
    }
}
