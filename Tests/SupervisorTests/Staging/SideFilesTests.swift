import Glibc
import Testing

@testable import Supervisor

/// The libraries that a binary brings along.
struct SideFilesTests {
    private let sample: UnpackedSample
    private var temporary: TemporaryHome { sample.temporary }
    private let program = Head.program(3000, fill: 1)
    private let library = Head.program(2000, fill: 2)
    private let folder = "cosmovisor/upgrades/v1"

    init() throws {
        sample = try UnpackedSample()
        try sample.place(["bin/dummyd": program, "lib/deep/libx.so": library])
    }

    @Test func `a library that was changed or taken away makes the binary one placed by hand`()
        throws
    {
        let path = folder + "/lib/deep/libx.so"
        #expect(sample.known().trust == .pinned)
        try temporary.write("x", to: path)
        #expect(sample.known().trust == .handPlaced)
        unlink(temporary[path])
        #expect(sample.known().trust == .handPlaced)
        // The same bytes again are as good as ever.
        try temporary.write(library, to: path)
        #expect(sample.known().trust == .pinned)
        #expect(sample.known().files == 2)
    }

    @Test func `those of the release before go with it, and what an operator put there stays`()
        throws
    {
        try temporary.write("x", to: folder + "/lib/notes")
        try sample.place(
            ["bin/dummyd": program, "lib/liby.so": library], replacing: sample.placed)
        #expect(temporary.names(in: folder + "/lib") == ["liby.so", "notes"])
        #expect(temporary.names(in: folder + "/bin") == ["dummyd"])
        #expect(sample.known().trust == .pinned)
    }

    @Test func `all of them go with the binary, and the folders that are empty then`() throws {
        try Placement.remove(sample.release, of: temporary.home, placed: sample.placed)
        #expect(temporary.names(in: "cosmovisor/upgrades") == [])
        #expect(sample.known() == .absent)
    }
}
