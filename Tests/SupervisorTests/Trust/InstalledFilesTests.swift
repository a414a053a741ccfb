import Glibc
import Testing

@testable import Supervisor

struct InstalledFilesTests {
    private static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test func `every file is found, with its digest and size`() throws {
        let home = try TemporaryHome()
        try home.write("abc", to: "tree/bin/gaiad", mode: 0o755)
        try home.write("", to: "tree/lib/deep/libwasmvm.so")
        try home.makeFolder("tree/share")
        let files = try InstalledFiles.below(home["tree"])
        #expect(
            files == [
                "bin/gaiad": .init(sha256: Self.abc, size: 3),
                "lib/deep/libwasmvm.so": .init(sha256: Self.empty, size: 0),
            ])
        #expect(try InstalledFiles.content(of: home["tree/bin/gaiad"]) == files["bin/gaiad"])
    }

    @Test func `links and pipes are not passed over`() throws {
        let home = try TemporaryHome()
        try home.write("abc", to: "tree/bin/gaiad")
        try home.makeLink("tree/lib/a.so", to: "../bin/gaiad")
        #expect(throws: InstalledFilesError.link("lib/a.so")) {
            try InstalledFiles.below(home["tree"])
        }
        #expect(unlink(home["tree/lib/a.so"]) == 0)
        #expect(mkfifo(home["tree/lib/pipe"], 0o600) == 0)
        #expect(throws: InstalledFilesError.special("lib/pipe")) {
            try InstalledFiles.below(home["tree"])
        }
        #expect(throws: InstalledFilesError.self) { try InstalledFiles.below(home["none"]) }
        #expect(throws: InstalledFilesError.file(home["none"], .absent)) {
            try InstalledFiles.content(of: home["none"])
        }
    }

    @Test func `folders without end are not followed`() throws {
        let home = try TemporaryHome()
        let path = "tree" + String(repeating: "/a", count: 20)
        try home.write("abc", to: path + "/file")
        #expect(throws: InstalledFilesError.tooMany) { try InstalledFiles.below(home["tree"]) }
    }
}
