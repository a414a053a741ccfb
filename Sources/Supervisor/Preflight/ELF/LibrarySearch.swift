import Glibc

/// Looks for all libraries that a program needs, where its loader will look (ld.so(8)).
struct LibrarySearch {
    private let cache: LoaderCache
    /// LD_LIBRARY_PATH.
    private let environmentPath: [String]
    private var report = LibraryReport()
    private var queue: [LoadedObject] = []
    private let program: LoadedObject
    private let isMusl: Bool
    private let loader: String?

    /// More than any program needs; what leads on without end is no program.
    private static let limit = 1024

    /// - Parameters:
    ///   - path: Of the program, links resolved.
    ///   - environment: `NAME=value`: what the program is given.
    init(_ file: ELFFile, at path: String, environment: [String], cache: LoaderCache) {
        self.cache = cache
        let name = "LD_LIBRARY_PATH="
        let value = environment.last { $0.hasPrefix(name) }?.dropFirst(name.count) ?? ""
        environmentPath = value.split { $0 == ":" || $0 == ";" }.map(String.init)
        loader = file.interpreter
        isMusl = file.interpreter?.contains("/ld-musl-") == true
        program = LoadedObject(file: file, path: path, ancestors: [])
    }

    /// Reads every library that is needed, and those that they need.
    mutating func run() -> LibraryReport {
        queue = [program]
        var next = 0
        while next < queue.count, queue.count <= Self.limit, !Task.isCancelled {
            for name in queue[next].file.needed where report.isNew(name) {
                load(name, for: queue[next])
            }
            next += 1
        }
        report.isComplete = next == queue.count
        for object in queue { checkVersions(of: object) }
        return report
    }

    private mutating func load(_ name: String, for object: LoadedObject) {
        if isMusl, name.isOfMusl, let loader {
            report.found[name] = loader
            return
        }
        guard let (file, path) = find(name, for: object) else {
            return report.missing.append(.init(library: name, neededBy: object.path))
        }
        report.found[name] = path
        report.versions[name] = file.versions
        if let own = file.name, own != name {
            report.found[own] = path
            report.versions[own] = file.versions
        }
        let ancestors = [object] + object.ancestors
        queue.append(LoadedObject(file: file, path: path, ancestors: ancestors))
    }

    /// A version that a library does not define stops the program; one without any versions is let
    /// pass by the loader.
    private mutating func checkVersions(of object: LoadedObject) {
        for need in object.file.versionNeeds {
            guard let there = report.versions[need.library], !there.isEmpty else { continue }
            for version in need.versions where !there.contains(version) {
                report.unmet.append(
                    .init(version: version, library: need.library, neededBy: object.path))
            }
        }
    }

    // MARK: - One library

    private func find(_ name: String, for object: LoadedObject) -> (ELFFile, String)? {
        guard !name.contains("/") else { return fitting(object.expanded(name).first ?? name) }
        let places =
            folders(for: object).map { $0 + "/" + name } + (isMusl ? [] : cache.paths[name] ?? [])
            + LoadedObject.standardFolders.map { $0 + "/" + name }
        for place in places {
            if let found = fitting(place) { return found }
        }
        return nil
    }

    private func folders(for object: LoadedObject) -> [String] {
        var folders = object.inheritedPath
        folders += environmentPath.flatMap(program.expanded)
        folders += object.file.runPath.flatMap(object.expanded)
        return folders
    }

    /// One of the program's class and machine; others are passed over.
    private func fitting(_ path: String) -> (ELFFile, String)? {
        guard let file = try? ELFFile(path: path), file.is64 == program.file.is64,
            file.machine == program.file.machine
        else { return nil }
        return (file, path)
    }
}

/// What became of the libraries of a program.
package struct LibraryReport: Sendable, Equatable {
    /// By name: where.
    package var found: [String: String] = [:]
    package var missing: [Missing] = []
    package var unmet: [Unmet] = []
    /// All were looked at.
    package var isComplete = true
    var versions: [String: Set<String>] = [:]

    package struct Missing: Sendable, Equatable {
        package let library: String
        package let neededBy: String
    }

    /// A version of a library's symbols that it does not define.
    package struct Unmet: Sendable, Equatable {
        package let version: String
        package let library: String
        package let neededBy: String
    }

    fileprivate func isNew(_ name: String) -> Bool {
        found[name] == nil && !missing.contains { $0.library == name }
    }
}
