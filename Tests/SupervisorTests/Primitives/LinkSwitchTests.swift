import Glibc
import Testing

@testable import Supervisor

struct LinkSwitchTests {
    private let temporary: TemporaryHome
    private var home: Home { temporary.home }
    private var link: CurrentLink { CurrentLink(home) }

    init() throws {
        temporary = try TemporaryHome()
        for release in ["genesis", "upgrades/v1"] {
            try temporary.makeFolder("cosmovisor/\(release)/bin")
        }
    }

    private var upgrade: Release { Release(home: home, directory: "upgrades/v1") }

    @Test func `the link is relative, as Cosmovisor writes it`() throws {
        try link.point(at: upgrade)
        #expect(try temporary.link("cosmovisor/current") == "upgrades/v1")
        #expect(temporary.names(in: "cosmovisor") == ["current", "genesis", "upgrades"])
    }

    @Test func `a link that lies elsewhere is absolute and keeps the records with it`() throws {
        try temporary.makeFolder("state")
        let home = Home(
            path: temporary.path, daemonName: "dummyd", root: temporary["cosmovisor"] + "/",
            current: temporary["state/live"])
        let link = CurrentLink(home)
        #expect(try link.resolve().directory == "genesis")
        try link.makeOrMend()
        #expect(try temporary.link("state/live") == temporary["cosmovisor/genesis"])
        let release = Release(home: home, directory: "upgrades/v1")
        try link.point(at: release)
        #expect(try temporary.link("state/live") == temporary["cosmovisor/upgrades/v1"])
        #expect(try link.resolve() == release)
        #expect(temporary.names(in: "state") == ["live"])
        #expect(temporary.names(in: "cosmovisor") == ["genesis", "upgrades"])
        #expect(
            release.planFile
                == temporary["state/.switchyard/switched/upgrades/v1/upgrade-info.json"]
        )
        try temporary.makeFolder("state/.switchyard/switched/upgrades/v1")
        try temporary.write("{}", to: "state/.switchyard/switched/upgrades/v1/upgrade-info.json")
        unlink(home.current)
        #expect(throws: Block.self) { try link.resolve() }
    }

    @Test func `the link is there at every moment of a switch`() async throws {
        try link.point(at: home.genesis)
        let isOver = SharedFlag()
        let pool = try BlockingPool(threads: 1)
        let path = home.current
        async let seen = withTaskExecutorPreference(pool) {
            var seen: Set<String?> = []
            while !isOver.isRaised { seen.insert(ProcFile.link(path)) }
            return seen
        }
        for round in 0..<1_000 { try link.point(at: round % 2 == 0 ? upgrade : home.genesis) }
        isOver.raise()
        #expect(await seen.isSubset(of: ["genesis", "upgrades/v1"]))
    }

    @Test func `what an earlier switch left aside does no harm`() throws {
        try temporary.makeLink("cosmovisor/.current.new", to: "upgrades/v9")
        try link.point(at: upgrade)
        try temporary.write("", to: "cosmovisor/.current.new")
        try link.point(at: home.genesis)
        #expect(try temporary.link("cosmovisor/current") == "genesis")
        #expect(!temporary.has("cosmovisor/.current.new"))
    }

    @Test func `a folder in the link's place stops the switch and stays`() throws {
        for inner in ["current", "current/bin"] {
            try temporary.makeFolder("cosmovisor/\(inner)")
            let error = #expect(throws: Block.self) { try link.point(at: upgrade) }
            #expect(error?.code == .linkBroken)
            #expect(temporary.has("cosmovisor/\(inner)"))
            #expect(!temporary.has("cosmovisor/.current.new"))
        }
    }

    @Test func `a switch that fails leaves the old link`() throws {
        try link.point(at: home.genesis)
        try temporary.makeFolder("cosmovisor/.current.new")
        let error = #expect(throws: Block.self) { try link.point(at: upgrade) }
        #expect(error?.code == .switchFailed)
        #expect(try temporary.link("cosmovisor/current") == "genesis")
    }
}
