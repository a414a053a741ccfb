/// A program or library as its loader has it: with its place, and with whom it was loaded for.
struct LoadedObject {
    let file: ELFFile
    let path: String
    /// Who needed it, who needed that one, up to the program.
    let ancestors: [LoadedObject]

    /// Where loaders look last, those of all distributions together.
    static let standardFolders = [
        "/lib/\(triple)", "/usr/lib/\(triple)", "/lib64", "/usr/lib64", "/lib", "/usr/lib",
        "/usr/local/lib",
    ]

    /// What DT_RPATH says, one's own and that of those it was loaded for; nothing beside a
    /// DT_RUNPATH.
    var inheritedPath: [String] {
        guard file.runPath.isEmpty else { return [] }
        return ([self] + ancestors).filter(\.file.runPath.isEmpty).flatMap { object in
            object.file.rpath.flatMap(object.expanded)
        }
    }

    /// The folders that an entry of a search path stands for; `$LIB` differs between distributions.
    func expanded(_ entry: String) -> [String] {
        var folders = [entry.isEmpty ? "." : entry]
        for (name, values) in [
            ("ORIGIN", [path.parentFolder]), ("PLATFORM", [Self.machine]),
            ("LIB", ["lib/\(Self.triple)", "lib64", "lib"]),
        ] {
            folders = folders.flatMap { folder -> [String] in
                let marks = ["${\(name)}", "$\(name)"]
                guard let mark = marks.first(where: folder.contains) else { return [folder] }
                return values.map { folder.replacing(mark, with: $0) }
            }
        }
        return folders
    }

    private static var machine: String {
        #if arch(arm64)
            "aarch64"
        #else
            "x86_64"
        #endif
    }

    private static var triple: String { machine + "-linux-gnu" }
}

extension String {
    /// The libraries that musl's loader is itself.
    var isOfMusl: Bool {
        ["libc.", "libpthread.", "librt.", "libm.", "libdl.", "libutil.", "libxnet."].contains {
            hasPrefix($0)
        }
    }
}
