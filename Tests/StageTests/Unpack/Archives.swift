import FoundationEssentials
import Glibc
import StageMessages
import Testing

/// The archives of `make-archives.py`, made once.
enum Archives {
    static let areMade = Workshop.has("python3")

    /// Empty if they could not be made, with the reason in `complaint`.
    static let folder: String = made.folder
    static var complaint: String { made.complaint }
    /// Where the absolute paths among the entries lead.
    static let outside = folder + ".outside"

    private static let made: (folder: String, complaint: String) = {
        let folder = "/tmp/switchyard-archives-\(getpid())"
        let outside = folder + ".outside"
        mkdir(folder, 0o700)
        mkdir(outside, 0o700)
        atexit {
            let folder = "/tmp/switchyard-archives-\(getpid())"
            for path in [folder, folder + ".outside"] {
                // Nothing is left to tell whoever asks.
                try? FileManager.default.removeItem(atPath: path)
            }
        }
        let script = Workshop.file("make-archives.py")
        let said = Workshop.shell("python3 '\(script)' '\(folder)' '\(outside)' 2>&1")
        return (folder, said)
    }()
}

/// A folder to unpack into, and one beside it that nothing may come into.
struct Unpacking {
    let workshop: Workshop
    private let folder: String

    init() throws {
        workshop = try Workshop()
        folder = try workshop.makeFolder("in")
        let outside = try workshop.makeFolder("outside")
        try Data("kept".utf8).write(to: URL(filePath: outside + "/kept"))
        try #require(Archives.complaint == "", "\(Archives.complaint)")
    }

    /// Unpacks one of the archives.
    func run(
        _ name: String, _ limits: UnpackOrder.Limits = .init()
    ) throws -> (code: Int32, report: StageReport?) {
        try run(file: Archives.folder + "/" + name, limits)
    }

    func run(
        bytes: [UInt8], _ limits: UnpackOrder.Limits = .init()
    ) throws -> (code: Int32, report: StageReport?) {
        let file = workshop.path + "/archive"
        try Data(bytes).write(to: URL(filePath: file))
        defer { unlink(file) }
        return try run(file: file, limits)
    }

    /// - Parameter archive: A descriptor.
    func start(_ archive: Int32, _ limits: UnpackOrder.Limits = .init()) throws -> RunningStage {
        let into = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(into) }
        var order = UnpackOrder()
        order.limits = limits
        return try RunningStage(.unpack(order), descriptors: [archive, into])
    }

    private func run(
        file: String, _ limits: UnpackOrder.Limits
    ) throws -> (code: Int32, report: StageReport?) {
        let archive = open(file, O_RDONLY | O_CLOEXEC)
        try #require(archive >= 0, "\(file)")
        defer { close(archive) }
        return try start(archive, limits).finish()
    }

    /// The files that were unpacked, with their size; `*` behind the name of an executable.
    func files() throws -> [String: Int] {
        var files: [String: Int] = [:]
        for (name, status) in try below() where status.st_mode & S_IFMT == S_IFREG {
            files[name + (status.st_mode & 0o100 != 0 ? "*" : "")] = Int(status.st_size)
        }
        return files
    }

    /// Nothing outside the folder has changed, and nothing in it is more than files and folders.
    func expectNoHarm(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let around = workshop.names(but: "in/")
        #expect(
            around == ["in", "outside", "outside/kept"], "\(what)", sourceLocation: sourceLocation)
        let absolute = try FileManager.default.contentsOfDirectory(atPath: Archives.outside)
        #expect(absolute == [], "\(what)", sourceLocation: sourceLocation)
        let kept = try String(
            decoding: Data(contentsOf: URL(filePath: workshop.path + "/outside/kept")),
            as: UTF8.self)
        #expect(kept == "kept", "\(what)", sourceLocation: sourceLocation)
        for (name, status) in try below() {
            let isKnown = [S_IFREG | 0o600, S_IFREG | 0o700, S_IFDIR | 0o700].contains(
                status.st_mode)
            #expect(isKnown, "\(what): \(name)", sourceLocation: sourceLocation)
            #expect(status.st_nlink == 1 || status.st_mode & S_IFMT == S_IFDIR)
        }
    }

    private func below() throws -> [(name: String, status: stat)] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).map { name in
            var status = stat()
            try #require(lstat(folder + "/" + name, &status) == 0)
            return (name, status)
        }
    }
}
