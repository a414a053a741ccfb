import Testing

@testable import Supervisor

/// What is taken of an archive, and where to, by the layouts of real releases and of hostile ones.
struct ArchiveLayoutTests {
    typealias Sample = ArchiveLayoutSample
    typealias Files = [(String, Sample)]

    private static func choose(
        _ files: Files, _ daemon: String = "exampled"
    ) throws(ArchiveRefusal) -> ArchiveLayout.Selection {
        var unpacked: [UnpackedFile] = []
        for (path, sample) in files { unpacked.append(try sample.file(path)) }
        return try ArchiveLayout.choose(unpacked, daemon: daemon)
    }

    private static func refusal(_ files: Files) -> ArchiveRefusal? {
        do throws(ArchiveRefusal) {
            _ = try choose(files)
            return nil
        } catch {
            return error
        }
    }

    private static func moves(_ pairs: [(String, String)]) -> [ArchiveLayout.Move] {
        pairs.map { ArchiveLayout.Move(from: $0.0, to: $0.1) }
    }

    // MARK: - Releases

    @Test(arguments: ["akash", "./akash", "bin/akash", "./bin/akash"])
    func `a release like Akash's or MANTRA's is its one executable`(path: String) throws {
        let found = try Self.choose([(path, .program)], "akash")
        let plain = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        #expect(found.executable == plain && found.why.contains("Cosmovisor"))
        #expect(found.files == Self.moves([(plain, "bin/akash")]))
    }

    @Test func `words beside the executable stay behind, as with cheqd and Umee`() throws {
        let files: Files = [
            ("LICENSE", .text), ("README.md", .text), ("cheqd-noded", .staticProgram),
            ("CHANGELOG.md", .text),
        ]
        let found = try Self.choose(files, "cheqd-noded")
        #expect(found.files == Self.moves([("cheqd-noded", "bin/cheqd-noded")]))
    }

    @Test func `a library beside the executable comes along, as with Provenance`() throws {
        let files: Files = [("bin/libwasmvm.so", .library), ("bin/provenanced", .program)]
        let found = try Self.choose(files, "provenanced")
        #expect(
            found.files
                == Self.moves([
                    ("bin/provenanced", "bin/provenanced"),
                    ("bin/libwasmvm.so", "bin/libwasmvm.so"),
                ]))
    }

    @Test func `a whole tree of libraries keeps its shape, as with Cronos`() throws {
        let files: Files = [
            ("./bin/cronosd", .program), ("./exe/cronosd", .script),
            ("./lib/librocksdb.so.8", .library),
            ("./nix/store/abc-glibc/lib/ld-linux-x86-64.so.2", .library),
            ("./nix/store/abc-glibc/lib/locale.txt", .text), ("./nix/store/abc/bin/ldd", .script),
        ]
        let found = try Self.choose(files, "cronosd")
        let loader = "nix/store/abc-glibc/lib/ld-linux-x86-64.so.2"
        #expect(
            found.files
                == Self.moves([
                    ("bin/cronosd", "bin/cronosd"), ("lib/librocksdb.so.8", "lib/librocksdb.so.8"),
                    (loader, loader),
                ]))
    }

    @Test func `a name with a version and a platform is found, as with dYdX and Axelar`() throws {
        let place = "build/dydxprotocold-v2.0.0-linux-amd64"
        let found = try Self.choose([("./" + place, .program)], "dydxprotocold")
        #expect(found.executable == place && found.why.contains("named after"))
        #expect(found.files == Self.moves([(place, "bin/dydxprotocold")]))
        let files: Files = [
            ("axelard-linux-amd64-v1.0.5", .program), ("axelard-linux-amd64-v1.0.5.sha256", .text),
            ("axelard-linux-amd64-v1.0.5.asc", .text), ("axelar-tool", .program),
        ]
        #expect(try Self.choose(files, "axelard").executable == "axelard-linux-amd64-v1.0.5")
    }

    @Test func `the only executable is taken whatever its name`() throws {
        let files: Files = [
            ("x/node_1.0", .program), ("x/node.exe", .windows), ("x/a.so", .library),
        ]
        let found = try Self.choose(files)
        #expect(found.executable == "x/node_1.0" && found.why.contains("only executable"))
        #expect(
            found.files == Self.moves([("x/node_1.0", "bin/exampled"), ("x/a.so", "bin/a.so")]))
    }

    @Test func `an archive for several machines gives this one's`() throws {
        let files: Files = [
            ("other/exampled", .otherMachine), ("other/libwasmvm.so", .otherLibrary),
            ("darwin/exampled", .mac), ("ours/exampled", .program), ("ours/libwasmvm.so", .library),
        ]
        let found = try Self.choose(files)
        #expect(
            found.files
                == Self.moves([
                    ("ours/exampled", "bin/exampled"), ("ours/libwasmvm.so", "bin/libwasmvm.so"),
                ]))
    }

    // MARK: - Which of several

    private static let orders: [([String], String)] = [
        (["exampled", "bin/exampled"], "bin/exampled"),
        (["exampled", "x/bin/exampled"], "exampled"),
        (["x/exampled", "x/y/bin/exampled"], "x/y/bin/exampled"),
        (["x/bin/exampled", "x/y/bin/exampled"], "x/bin/exampled"),
        (["x/exampled", "x/y/exampled", "exampled-1"], "x/exampled"),
        (["exampled-1", "other"], "exampled-1"), (["exampled_1", "exampledx"], "exampled_1"),
    ]

    @Test(arguments: orders)
    func `the place that Cosmovisor knows comes first, then the one nearest the root`(
        paths: [String], chosen: String
    ) throws {
        for paths in [paths, paths.reversed()] {
            #expect(try Self.choose(paths.map { ($0, .program) }).executable == chosen)
        }
    }

    private static let refused: [(Files, String, String)] = [
        ([], "archive-empty", "no file"),
        ([("a/exampled", .program), ("b/exampled", .program)], "ambiguous", #""a/exampled", "b/"#),
        ([("a/bin/exampled", .program), ("b/bin/exampled", .program)], "ambiguous", "a/bin"),
        ([("exampled-1", .program), ("exampled-2", .program)], "ambiguous", "exampled-2"),
        ([("one", .program), ("two", .program)], "ambiguous", #""one", "two""#),
        ([("bin/exampled", .script), ("libexec/exampled", .program)], "script", "bin/exampled"),
        ([("x/exampled", .script), ("node", .program)], "script", "x/exampled"),
        ([("exampled", .script)], "script", "is a script"),
        ([("exampled", .mac), ("exampled.exe", .windows)], "other-platform", "Windows, macOS"),
        ([("exampled", .otherMachine)], "other-platform", "this host is"),
        ([("x/go.mod", .text), ("x/main.go", .text), ("x/run.sh", .script)], "sources", "go.mod"),
        ([("exampled.tar.gz", .archive)], "nested-archive", "gzip"),
        ([("lib/libwasmvm.so", .library), ("README", .text)], "no-program", "libwasmvm.so"),
        ([("../exampled", .program)], "unsafe-path", "../exampled"),
        ([("/exampled", .program)], "unsafe-path", "/exampled"),
        ([("x/../../exampled", .program)], "unsafe-path", "not taken"),
        ([("./", .text)], "unsafe-path", "./"), ([("a\u{0}b", .text)], "unsafe-path", #"a\0b"#),
        ([(String(repeating: "x/", count: 40) + "y", .text)], "unsafe-path", "x/x"),
        ([(String(repeating: "x", count: 256), .text)], "unsafe-path", "xxx"),
    ]

    @Test(arguments: refused)
    func `an archive in which nothing is meant for sure is refused by name`(
        files: Files, kind: String, why: String
    ) throws {
        let refusal = try #require(Self.refusal(files))
        #expect(refusal.kind.rawValue == kind)
        #expect(refusal.reason.contains(why), "\(refusal.reason)")
    }
}
