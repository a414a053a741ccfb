import Glibc
import Testing

@testable import Supervisor

struct PlacementTests {
    private let sample: UnpackedSample
    private var temporary: TemporaryHome { sample.temporary }
    private let old = Head.program(3000, fill: 1)
    private let new = Head.program(4000, fill: 2)
    private let library = Head.program(2000, fill: 3)
    private let binary = "cosmovisor/upgrades/v1/bin/dummyd"

    init() throws {
        sample = try UnpackedSample()
    }

    private func placed() throws -> String? {
        UnpackedSample.digest(try ForeignFile.read(temporary[binary], limit: 1 << 20).bytes)
    }

    @Test func `the old one is whole until the rename, and the new one from then on`() throws {
        try sample.place(["dummyd": old])
        let before = try #require(sample.placed)
        let received = try sample.unpack(["bin/dummyd": new, "lib/libx.so": library])
        let placement = try sample.placement(
            try sample.assemble(received), of: received, replacing: before)
        #expect(try placed() == UnpackedSample.digest(old))
        #expect(temporary.names(in: "cosmovisor/upgrades/v1/lib") == [])
        // Were this the end of us, the next run would know which it is.
        #expect(sample.known().trust == .pinned && sample.known().sha256 == before.sha256)
        try placement.rename()
        #expect(try placed() == UnpackedSample.digest(new))
        #expect(try temporary.status(binary).st_mode & 0o7777 == 0o755)
        #expect(sample.known().trust == .pinned && sample.known().files == 2)
        try placement.finish()
        #expect(sample.known().sha256 == UnpackedSample.digest(new))
        #expect(sample.placed?.sideFiles?.map(\.sha256) == [UnpackedSample.digest(library)])
    }

    @Test func `a folder that is a link is not followed, and nothing is placed`() throws {
        try temporary.makeFolder("outside")
        try temporary.makeFolder("cosmovisor/upgrades/v1")
        try temporary.makeLink("cosmovisor/upgrades/v1/lib", to: temporary["outside"])
        let received = try sample.unpack(["bin/dummyd": new, "lib/libx.so": library])
        let assembly = try sample.assemble(received)
        #expect(throws: StagingRefusal.self) { try sample.placement(assembly, of: received) }
        #expect(temporary.names(in: "outside") == [])
        #expect(!temporary.has(binary))
    }

    @Test(.enabled(if: MountedTmpfs.isAvailable))
    func `to another filesystem it goes by a name that nothing runs`() throws {
        try temporary.makeFolder("cosmovisor/upgrades")
        let mounted = temporary["cosmovisor/upgrades"]
        try #require(mount("tmpfs", mounted, "tmpfs", 0, "size=4m") == 0)
        defer { umount2(mounted, Int32(MNT_DETACH)) }
        let received = try sample.unpack(["bin/dummyd": new, "lib/libx.so": library])
        let placement = try sample.placement(try sample.assemble(received), of: received)
        #expect(temporary.names(in: "cosmovisor/upgrades/v1/bin") == [".incoming-dummyd"])
        try placement.rename()
        try placement.finish()
        #expect(temporary.names(in: "cosmovisor/upgrades/v1/bin") == ["dummyd"])
        #expect(try placed() == UnpackedSample.digest(new))
        #expect(sample.known().trust == .pinned)
    }

    @Test func `a record that is written while it is resealed is whole, and the later one`()
        async throws
    {
        try sample.place(["dummyd": old])
        let before = try #require(sample.placed)
        let (release, home) = (sample.release, temporary.home)
        var after = before
        after.sha256 = UnpackedSample.digest(new)
        try await withThrowingTaskGroup(of: Void.self) { [after] group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<25 {
                        try PlacedBinaries([after]).store(for: release, in: home)
                        // What was hashed before that says nothing of it.
                        try PlacedBinaries.reseal(before, for: release, in: home)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(PlacedBinaries(of: release, in: home).binaries == [after])
    }
}
