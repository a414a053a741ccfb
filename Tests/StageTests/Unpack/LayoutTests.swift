import StageMessages
import Testing

/// What the releases of real chains look like, from their release configurations.
@Suite(.enabled(if: Archives.areMade, "python3 is not installed"))
struct LayoutTests {
    /// The program of each is that large.
    private static let elf = 16 + 256 * 64
    private static let text = 5

    @Test(arguments: [
        ("akash.zip", ["akash*": elf]),
        ("mantra.tar.gz", ["mantrachaind*": elf]),
        (
            "cheqd.tar.gz",
            ["LICENSE": text, "README.md": text, "CHANGELOG.md": text, "cheqd-noded*": elf]
        ),
        ("umee.tar.gz", ["LICENSE": text, "README.md": text, "umeed*": elf]),
        ("evmos.tar.gz", ["bin/evmosd*": elf]),
        ("provenance.zip", ["bin/provenanced*": elf, "bin/libwasmvm.so": elf]),
        ("dydx.tar.gz", ["build/dydxprotocold-v5.0.0-linux-amd64*": elf]),
        (
            "axelar.zip",
            [
                "axelard-linux-amd64-v1.0.0*": elf, "axelard-linux-amd64-v1.0.0.sha256": 2,
                "axelard-linux-amd64-v1.0.0.asc": 2,
            ]
        ),
    ])
    func `a release is unpacked with all that is beside its program`(
        archive: String, files: [String: Int]
    ) throws {
        let unpacking = try Unpacking()
        let end = try unpacking.run(archive)
        #expect(end.report == .finished)
        #expect(end.code == 0)
        #expect(try unpacking.files() == files)
        try unpacking.expectNoHarm(archive)
    }

    @Test func `a tree of nix has copies where it had links`() throws {
        let unpacking = try Unpacking()
        #expect(try unpacking.run("cronos.tar.gz").report == .finished)
        let loader = String(repeating: "l", count: 120)
        #expect(
            try unpacking.files() == [
                "bin/cronosd*": Self.elf, "exe/cronosd*": Self.elf, "exe/loader": Self.elf,
                "lib/libwasmvm.so*": Self.elf, "lib/libwasmvm.so.1*": Self.elf,
                "lib/store/libwasmvm.x86_64.so*": Self.elf, "lib/store/\(loader)": Self.elf,
            ])
        try unpacking.expectNoHarm("cronos.tar.gz")
    }

    @Test(arguments: [
        "plain.tar", "tar.bz2", "tar.xz", "tar.zst", "two-members.tar.gz", "garbage-behind.tar.gz",
    ])
    func `a tar is read in each compression, whatever it is called`(archive: String) throws {
        let unpacking = try Unpacking()
        #expect(try unpacking.run(archive).report == .finished)
        #expect(try unpacking.files() == ["bin/nodé*": Self.elf])
    }

    @Test(arguments: ["lone.gz", "lone.bz2", "lone.xz", "lone.zst"])
    func `a program that is only compressed becomes the content`(archive: String) throws {
        let unpacking = try Unpacking()
        #expect(try unpacking.run(archive).report == .finished)
        #expect(try unpacking.files() == ["content*": Self.elf])
    }

    @Test func `a tar from before 1988 is one, and attributes but capabilities are left`() throws {
        for (archive, files) in [("old.tar", "old*"), ("attributes.tar", "a")] {
            let unpacking = try Unpacking()
            #expect(try unpacking.run(archive).report == .finished)
            #expect(try unpacking.files() == [files: Self.elf])
            try unpacking.expectNoHarm(archive)
        }
    }
}
