import Glibc
import Testing

@testable import Supervisor

struct CurrentLinkTests {
    private let temporary: TemporaryHome
    private var home: Home { temporary.home }
    private var link: CurrentLink { CurrentLink(home) }

    init() throws {
        temporary = try TemporaryHome()
        for release in ["genesis", "upgrades/v1", "upgrades/v2"] {
            try temporary.makeFolder("cosmovisor/\(release)/bin")
        }
    }

    private func point(at target: String) throws {
        unlink(home.current)
        try temporary.makeLink("cosmovisor/current", to: target)
    }

    /// Marks an upgrade as one that was run here.
    private func apply(_ name: String, height: Int = 20) throws {
        try temporary.write(
            #"{"name":"\#(name)","height":\#(height)}"#,
            to: "cosmovisor/upgrades/\(name)/upgrade-info.json")
    }

    @Test func `a relative or absolute link into the layout is followed`() throws {
        for release in ["genesis", "upgrades/v1"] {
            for target in [release, "./\(release)/", home.root + "/" + release] {
                try point(at: target)
                let resolved = try link.resolve()
                #expect(resolved.directory == release)
                #expect(resolved.binary == "\(home.root)/\(release)/bin/dummyd")
            }
        }
    }

    @Test func `a link is followed through a home that is a link itself`() throws {
        try temporary.makeLink("link", to: temporary.path)
        let linked = CurrentLink(Home(path: temporary["link"], daemonName: "dummyd"))
        for target in ["upgrades/v1", temporary["cosmovisor/upgrades/v1"]] {
            try point(at: target)
            #expect(try linked.resolve().directory == "upgrades/v1")
        }
    }

    @Test func `a link by way of another link is what that points at`() throws {
        try temporary.makeLink("cosmovisor/upgrades/latest", to: "v2")
        try point(at: "upgrades/latest")
        #expect(try link.resolve().directory == "upgrades/v2")
    }

    @Test func `a link that cannot be followed is broken, with a remedy`() throws {
        try temporary.makeFolder("outside")
        for target in ["absent", "upgrades/v9", "current", "../outside", "/usr", ".", ".."] {
            try point(at: target)
            let error = #expect(throws: Block.self) { try link.resolve() }
            #expect(error?.code == .linkBroken)
            #expect(error?.remedy.contains("ln -sfn") == true)
            #expect(throws: Block.self) { try link.makeOrMend() }
            #expect(try temporary.link("cosmovisor/current") == target)
        }
    }

    @Test func `a file or folder in the link's place is broken`() throws {
        try temporary.write("", to: "cosmovisor/current")
        #expect(throws: Block.self) { try link.resolve() }
        unlink(home.current)
        try temporary.makeFolder("cosmovisor/current/bin")
        #expect(throws: Block.self) { try link.resolve() }
        #expect(throws: Block.self) { try link.makeOrMend() }
    }

    @Test func `a home that was never upgraded begins with genesis`() throws {
        #expect(try link.resolve() == home.genesis)
        #expect(!temporary.has("cosmovisor/current"))
        try link.makeOrMend()
        #expect(try temporary.link("cosmovisor/current") == "genesis")
        #expect(link.facts() == .genesis)
        try point(at: "upgrades/v1")
        try link.makeOrMend()
        #expect(try temporary.link("cosmovisor/current") == "upgrades/v1")
    }

    @Test func `a missing link of a home that was upgraded is never genesis`() throws {
        try apply("v2")
        let error = #expect(throws: Block.self) { try link.resolve() }
        #expect(error?.code == .linkBroken)
        #expect(error?.reason.contains("upgrades/v2 was run here") == true)
        #expect(throws: Block.self) { try link.makeOrMend() }
        #expect(!temporary.has("cosmovisor/current"))
    }

    @Test func `a missing link beside upgrades that cannot be seen is never genesis`() throws {
        #expect(rename(home.upgrades, temporary["disk"]) == 0)
        try temporary.makeLink("cosmovisor/upgrades", to: "/not/mounted")
        #expect(throws: Block.self) { try link.resolve() }
        unlink(home.upgrades)
        try temporary.write("", to: "cosmovisor/upgrades")
        #expect(throws: Block.self) { try link.resolve() }
        unlink(home.upgrades)
        #expect(try link.resolve() == home.genesis, "without the folder nothing was ever run")
    }

    @Test func `the facts tell the release and the height it was switched to for`() throws {
        try point(at: "upgrades/v1")
        #expect(link.facts() == .upgrade(directory: "v1", height: nil))
        try apply("v1", height: 1234)
        #expect(link.facts() == .upgrade(directory: "v1", height: 1234))
        try point(at: "absent")
        guard case .broken(let block) = link.facts() else {
            Issue.record("a dangling link is not broken")
            return
        }
        #expect(block.code == .linkBroken)
    }
}
