/// Where the files of an archive belong below a release's folder, so that a search path that begins
/// at the executable (`$ORIGIN`) leads to the same libraries as in the archive.
struct LibraryPlaces {
    private let executable: UnpackedFile
    private let daemon: String

    /// Libraries of one archive.
    private static let limit = 256

    init(_ executable: UnpackedFile, daemon: String) {
        self.executable = executable
        self.daemon = daemon
    }

    private var binary: [String] { ["bin", daemon] }

    /// The executable, and the libraries in order of their places.
    ///
    /// - Throws: `.tooManyLibraries`, `.placeTaken`.
    func moves(of files: [UnpackedFile]) throws(ArchiveRefusal) -> [ArchiveLayout.Move] {
        var places: [[String]: UnpackedFile] = [:]
        for file in files where file.isLibrary {
            guard let place = place(of: file) else { continue }
            guard places.updateValue(file, forKey: place) == nil, !isTaken(place) else {
                throw .placeTaken(file)
            }
        }
        guard places.count <= Self.limit else {
            throw ArchiveRefusal(
                .tooManyLibraries,
                "the archive holds \(places.count) libraries, and \(Self.limit) are taken")
        }
        for (place, file) in places
        where (1..<place.count).contains(where: { places[Array(place.prefix($0))] != nil }) {
            throw .placeTaken(file)
        }
        let libraries = places.map { (text($0.key), $0.value.text) }.sorted { $0.0 < $1.0 }
        return [ArchiveLayout.Move(from: executable.text, to: text(binary))]
            + libraries.map { ArchiveLayout.Move(from: $0.1, to: $0.0) }
    }

    /// Nil for what lies outside of the executable's surroundings: its folder, which becomes `bin`,
    /// and the folder around that, which becomes the release's.
    private func place(of file: UnpackedFile) -> [String]? {
        let folder = Array(executable.path.dropLast())
        if file.path.starts(with: folder) { return ["bin"] + file.path.dropFirst(folder.count) }
        let root = Array(folder.dropLast())
        return file.path.starts(with: root) ? Array(file.path.dropFirst(root.count)) : nil
    }

    /// Of the executable, or of a file that the daemon and Cosmovisor read.
    private func isTaken(_ place: [String]) -> Bool {
        [binary, ["upgrade-info.json"]].contains {
            place.starts(with: $0) || $0.starts(with: place)
        }
    }

    private func text(_ place: [String]) -> String { place.joined(separator: "/") }
}

extension ArchiveRefusal {
    fileprivate static func placeTaken(_ file: UnpackedFile) -> ArchiveRefusal {
        ArchiveRefusal(
            .placeTaken, "a library of the archive has no place of its own: \(file.text.inQuotes)")
    }
}
