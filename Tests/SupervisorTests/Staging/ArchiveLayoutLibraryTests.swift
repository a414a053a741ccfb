import Testing

@testable import Supervisor

/// Libraries in archives: what is one, and that none gets where it must not lie.
struct ArchiveLayoutLibraryTests {
    typealias Files = [(String, ArchiveLayoutSample)]

    private static func places(_ files: Files) throws(ArchiveRefusal) -> [String] {
        var unpacked: [UnpackedFile] = []
        for (path, sample) in files { unpacked.append(try sample.file(path)) }
        return try ArchiveLayout.choose(unpacked, daemon: "exampled").files.map(\.to)
    }

    @Test(
        arguments: [
            [("bin/exampled", .program), ("upgrade-info.json", .library)],
            [("bin/exampled", .program), ("upgrade-info.json/x.so", .library)],
            [("bin/exampled-1", .program), ("bin/exampled", .library)],
            [("bin/exampled-1", .program), ("bin/exampled/x.so", .library)],
            [("exampled-1", .program), ("exampled/x.so", .library)],
            [("out/exampled", .program), ("bin", .library)],
            [("out/exampled", .program), ("out/x.so", .library), ("bin/x.so", .library)],
            [("bin/exampled", .program), ("lib", .library), ("lib/x.so", .library)],
        ] as [Files])
    func `a library never takes the place of something else`(files: Files) {
        let error = #expect(throws: ArchiveRefusal.self) { try Self.places(files) }
        #expect(error?.kind == .placeTaken)
    }

    @Test func `libraries elsewhere in the archive, and for others, stay behind`() throws {
        let files: Files = [
            ("x/y/bin/exampled", .program), ("x/y/lib/a.so", .library), ("x/b.so", .library),
            ("c.so", .library), ("x/y/lib/d.so", .otherLibrary), ("x/y/lib/e.so", .text),
            ("x/y/lib/f", .program), ("x/yy/g.so", .library),
        ]
        #expect(try Self.places(files) == ["bin/exampled", "lib/a.so"])
    }

    @Test func `as many libraries are taken as a release may have, and no more`() throws {
        var files: Files = [("exampled", .program)]
        files += (0..<256).map { ("\($0).so", .library) }
        #expect(try Self.places(files).count == 257)
        files.append(("one.so", .library))
        let error = #expect(throws: ArchiveRefusal.self) { try Self.places(files) }
        #expect(error?.kind == .tooManyLibraries)
    }

    @Test func `this machine's own programs and libraries are told apart`() throws {
        let folders = ["/lib/x86_64-linux-gnu/", "/lib/aarch64-linux-gnu/"]
        let libraries = ["libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"]
        var count = 0
        for path in folders.flatMap({ folder in libraries.map { folder + $0 } }) {
            guard let elf = try? ELFFile(path: path) else { continue }
            // By its headers alone, whatever its name.
            #expect(elf.isSharedObject, "\(path)")
            count += 1
        }
        #expect(count >= 3)
        for path in ["/bin/sh", "/usr/bin/env", "/usr/bin/tar"] {
            #expect(try !ELFFile(path: path).isSharedObject, "\(path)")
        }
    }

    @Test func `a library without a name of its own is known by its file's, and a program is not`()
        throws
    {
        let named = try ArchiveLayoutSample.program.file("lib/x.so.1")
        #expect(named.isLibrary && !named.isProgram)
        let fixed = try ArchiveLayoutSample.staticProgram.file("bin/x.so")
        #expect(fixed.isProgram && !fixed.isLibrary)
        let nameless = try ArchiveLayoutSample.library.file("bin/exampled")
        #expect(nameless.isLibrary && !nameless.isProgram)
        #expect(try !ArchiveLayoutSample.text.file("lib/x.so").isLibrary)
    }

    @Test(.enabled(if: HostTool.works("cc --version"), "there is no compiler"))
    func `what a compiler makes for any place in memory is a program when it is static, too`()
        throws
    {
        let home = try TemporaryHome()
        let (source, path) = (home["x.c"], home["x"])
        _ = HostTool.run("echo 'int main(void) { return 0; }' >'\(source)'")
        for (flags, isLibrary) in [("-pie", false), ("-static-pie", false), ("-shared", true)] {
            _ = HostTool.run("cc -fPIC \(flags) -o '\(path)' '\(source)' 2>&1")
            guard let elf = try? ELFFile(path: path) else { continue }
            #expect(elf.type == 3)
            #expect(elf.isSharedObject == isLibrary, "\(flags)")
        }
    }
}
