import Glibc
import Testing

@testable import Supervisor

/// A link that is wrong, and what it certainly means, or what has to be done about it.
struct LinkMendingTests {
    private let temporary: TemporaryHome
    private var home: Home { temporary.home }
    private var link: CurrentLink { CurrentLink(home) }

    init() throws {
        temporary = try TemporaryHome()
        for release in ["genesis", "upgrades/v1", "upgrades/v2"] {
            try temporary.writeScript("exit 0", to: "cosmovisor/\(release)/bin/dummyd")
        }
    }

    private func point(at target: String) throws {
        unlink(home.current)
        try temporary.makeLink("cosmovisor/current", to: target)
    }

    private func begin(_ name: String, from previous: String) throws {
        try temporary.makeFolder("cosmovisor/.switchyard")
        let record = DueRecord(
            name: name, height: 100, info: "", file: nil, judgedAt: .init(), reason: "",
            previous: previous)
        try record.store(in: home)
    }

    private func block() throws -> Block {
        try #require(throws: Block.self) { _ = try link.resolve() }
    }

    // MARK: - Links of Cosmovisor before 1.7

    @Test(arguments: [
        "/home/node/.gaia/cosmovisor/upgrades/v2", "/data/cosmovisor/upgrades/v2/",
        "/cosmovisor/cosmovisor/upgrades/v2",
    ])
    func `an absolute link of another place is followed by its end, and made relative`(
        target: String
    ) throws {
        try point(at: target)
        #expect(try link.resolve().directory == "upgrades/v2")
        #expect(link.facts().upgradeDirectory == "v2")
        #expect(try temporary.link("cosmovisor/current") == target, "looking changes nothing")
        try link.makeOrMend()
        #expect(try temporary.link("cosmovisor/current") == "upgrades/v2")
    }

    @Test func `an absolute link to genesis of another place is genesis`() throws {
        try point(at: "/root/.gaia/cosmovisor/genesis")
        try link.makeOrMend()
        #expect(try temporary.link("cosmovisor/current") == "genesis")
    }

    @Test func `an absolute link into this home stays as it is`() throws {
        let target = home.root + "/upgrades/v2"
        try point(at: target)
        #expect(try link.resolve().directory == "upgrades/v2")
        try link.makeOrMend()
        #expect(try temporary.link("cosmovisor/current") == target)
    }

    @Test(arguments: [
        "/x/cosmovisor/upgrades/v9", "/x/cosmovisor/upgrades/../genesis", "/x/upgrades/v2",
        "/x/cosmovisor/upgrades", "/x/cosmovisor", "upgrades/v9",
    ])
    func `a link whose end is no release here stays broken`(target: String) throws {
        try point(at: target)
        #expect(try block().reason.contains("leads nowhere"))
        #expect(throws: Block.self) { try link.makeOrMend() }
        #expect(try temporary.link("cosmovisor/current") == target)
    }

    @Test func `a link into a copy of this home is not followed, and its own folder is named`()
        throws
    {
        let other = try TemporaryHome()
        try other.makeFolder("cosmovisor/upgrades/v2/bin")
        try point(at: other["cosmovisor/upgrades/v2"])
        let block = try block()
        #expect(block.reason.contains("outside of the layout"))
        #expect(block.remedy.hasSuffix("ln -sfn upgrades/v2 \(home.current)"))
    }

    @Test func `releases on another disk are followed through their links`() throws {
        let disk = try TemporaryHome()
        #expect(rename(home.upgrades, disk["upgrades"]) == 0)
        try temporary.makeLink("cosmovisor/upgrades", to: disk["upgrades"])
        try point(at: "upgrades/v2")
        #expect(try link.resolve() == Release(home: home, directory: "upgrades/v2"))
        #expect(link.facts().upgradeDirectory == "v2")
    }

    // MARK: - A switch that was cut

    @Test func `a switch that had only its last rename to do is finished`() throws {
        try begin("v2", from: "upgrades/v1")
        try temporary.makeLink("cosmovisor/.current.new", to: "upgrades/v2")
        for target in [nil, "upgrades/gone"] {
            unlink(home.current)
            if let target { try point(at: target) }
            #expect(try link.resolve().directory == "upgrades/v2")
        }
        try link.makeOrMend()
        #expect(try temporary.link("cosmovisor/current") == "upgrades/v2")
        #expect(!temporary.has("cosmovisor/.current.new"))
    }

    @Test func `a link that stands is not replaced by one that was left aside`() throws {
        try begin("v2", from: "upgrades/v1")
        try temporary.makeLink("cosmovisor/.current.new", to: "upgrades/v2")
        try point(at: "upgrades/v1")
        try link.makeOrMend()
        #expect(try temporary.link("cosmovisor/current") == "upgrades/v1")
    }

    @Test func `a link left aside that nothing vouches for is told and not followed`() throws {
        try temporary.makeLink("cosmovisor/.current.new", to: "upgrades/v2")
        try point(at: "upgrades/gone")
        #expect(try block().reason.contains(".current.new, which a switch has left, points at"))
        try begin("v1", from: "genesis")
        #expect(throws: Block.self) { _ = try link.resolve() }
        try begin("v2", from: "upgrades/v1")
        unlink(Release(home: home, directory: "upgrades/v2").binary)
        #expect(throws: Block.self) { _ = try link.resolve() }
    }

    // MARK: - What stands in its place

    @Test func `what stands in its place is named, with a command that helps`() async throws {
        try temporary.write("", to: "cosmovisor/current")
        #expect(try block().reason.hasSuffix("it is a regular file"))
        unlink(home.current)
        try temporary.makeFolder("cosmovisor/current/bin")
        let block = try block()
        #expect(block.reason.hasSuffix("it is a folder"))
        let command = try #require(block.remedy.split(separator: ": ").last)
        #expect(try await Shell.succeeds(command))
        #expect(try link.resolve() == home.genesis)
    }

    @Test(.enabled(if: MountedTmpfs.isAvailable)) func `a mount in its place is named`() throws {
        try temporary.makeFolder("cosmovisor/current")
        try #require(mount("tmpfs", home.current, "tmpfs", 0, "size=64k") == 0)
        defer { umount2(home.current, Int32(MNT_DETACH)) }
        #expect(try block().reason.contains("it is a mount point"))
    }

    @Test func `a circle is called one, and another case is named`() throws {
        try point(at: "current")
        #expect(try block().reason.contains("leads in a circle"))
        for (target, there) in [("upgrades/V2", "upgrades/v2"), ("upgrades/kept", "upgrades/Kept")]
        {
            try temporary.makeFolder("cosmovisor/" + there)
            try point(at: target)
            let block = try block()
            #expect(block.reason.contains("there is \(there), which differs in case"))
            #expect(block.remedy.hasSuffix("ln -sfn \(there) \(home.current)"))
        }
    }
}
