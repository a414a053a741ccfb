import FoundationEssentials
import Glibc
import Testing

/// A container's image has the releases, and only another folder persists.
struct ReadOnlyTreeTests {
    @Test(.enabled(if: geteuid() == 0, "only root may mount"))
    func `a node whose releases are read-only is upgraded, and stays so`() async throws {
        let node = try TestNode()
        try node.make("state")
        let tree = try ReadOnlyFolder(node.path + "/cosmovisor")
        let place = ["SWITCHYARD_CURRENT": node.path + "/state/current"]
        try node.start(place)
        try await node.reaches(14, "v2")
        #expect(try await node.stop() == 0)
        let link = { try FileManager.default.destinationOfSymbolicLink(atPath: $0) }
        #expect(try link(node.path + "/state/current") == node.path + "/cosmovisor/upgrades/v2")
        #expect(node.exists("state/.switchyard/switched/upgrades/v2/upgrade-info.json"))
        #expect(!node.exists("cosmovisor/.switchyard"))
        #expect(node.exists("data-backup-v2-12/upgrade-info.json"))
        let height = node.ledger.height(of: "v2")
        try node.start(place)
        try await node.reaches(height + 2, "v2")
        #expect(try await node.stop() == 0)
        #expect(node.ledger.starts == ["v1", "v2", "v2"])
        #expect(node.ledger.violations == [])
        withExtendedLifetime(tree) {}
    }
}

/// A folder that nothing can be written to, root included, until the last reference is gone.
private final class ReadOnlyFolder {
    private let path: String

    init(_ path: String) throws {
        self.path = path
        guard mount(path, path, nil, UInt(MS_BIND), nil) == 0 else {
            throw HarnessError("mount")
        }
        let flags = UInt(MS_BIND) | UInt(MS_REMOUNT) | UInt(MS_RDONLY)
        guard mount("none", path, nil, flags, nil) == 0 else {
            umount2(path, Int32(MNT_DETACH))
            throw HarnessError("mount")
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
    }
}
