import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// What is kept of what publishers say, and of what was accepted.
struct ReleaseBookTests {
    private let folder: TemporaryHome
    private let home: Home
    private let name: PlanName
    private let release = SignedRelease()

    init() throws {
        folder = try TemporaryHome()
        home = Home(path: folder.path, daemonName: "gaiad")
        name = try PlanName("v2", case: .lowered)
        try folder.makeFolder("cosmovisor/.switchyard")
    }

    private var file: String { "cosmovisor/.switchyard/releases/v2.json" }

    @Test func `what was brought is kept for its owner alone, and can be taken back`() throws {
        let book = ReleaseBook(home)
        #expect(book.page(of: name) == nil)
        try book.replace(nil, with: release.evidence, of: name)
        #expect(book.page(of: name) == .evidence(release.evidence) || book.page(of: name) != nil)
        #expect(try folder.status(file).st_mode & 0o777 == 0o600)
        #expect(folder.names(in: "cosmovisor/.switchyard/releases") == ["v2.json"])
        let kept = try #require(book.page(of: name))
        #expect(throws: PlanBookError.changed) {
            try book.replace(nil, with: ReleaseEvidence(), of: name)
        }
        try book.replace(kept, with: nil, of: name)
        #expect(book.page(of: name) == nil)
    }

    @Test func `evidence comes back byte by byte`() throws {
        let evidence = ReleaseEvidence(
            manifest: Array("{\"a\": \"é\"}\n".utf8), manifestSignatures: [[65, 10]],
            signatures: [[66], [67]])
        #expect(ReleaseEvidence(json: evidence.json) == evidence)
        #expect(ReleaseEvidence(json: Array("{}".utf8))?.isEmpty == true)
        #expect(ReleaseEvidence(json: Array(#"{"signatures":["A"]}"#.utf8))?.signatures == [[65]])
    }

    @Test(arguments: ["", "[]", "{", #"{"signatures":[1]}"#, "\u{0}"])
    func `a file that is broken is told, and says nothing`(text: String) throws {
        try folder.write(text, to: file)
        guard case .unreadable(let path, let reason)? = ReleaseBook(home).page(of: name) else {
            Issue.record("it was read")
            return
        }
        #expect(path.hasSuffix("/releases/v2.json"))
        #expect(reason == "it is not the JSON of a release")
        let judgement = basis().judge(
            TrustFacts(download: release.download), of: name, at: SignedRelease.moment)
        guard case .notYet(let why, _) = judgement.verdict else {
            Issue.record("\(judgement.verdict)")
            return
        }
        #expect(why.contains("/releases/v2.json: it is not the JSON of a release"))
    }

    private func basis(_ requirement: TrustRequirement = .signature) -> TrustBasis {
        var setup = Setup(home: home, arguments: [], environment: [], version: "test")
        setup.trust = requirement
        setup.trustThreshold = 2
        setup.trustSigners = folder.path + "/signers"
        return TrustBasis(setup)
    }

    private func writeSigners() throws {
        try folder.write(
            release.one.line("a@example.org") + release.two.line("b@example.org"), to: "signers",
            mode: 0o600)
    }

    @Test func `a manifest counts for its chain, as the node's own files tell that`() throws {
        try writeSigners()
        let evidence = try release.evidence {
            $0.platforms = [PlanInfo.platform: .init(files: release.files)]
        }
        try ReleaseBook(home).replace(nil, with: evidence, of: name)
        let facts = TrustFacts(files: release.files)
        guard case .notYet = basis().judge(facts, of: name).verdict else {
            Issue.record("the chain is not known")
            return
        }
        try folder.write(#"chain-id = "pion-1""# + "\n", to: "config/client.toml")
        let judgement = basis().judge(facts, of: name)
        #expect(judgement.verdict == .trusted(.manifest))
        #expect(judgement.manifest?.sequence == 3 && judgement.manifest?.chainID == "pion-1")
        try folder.write(#"{"chain_id":"pion-2"}"#, to: "config/genesis.json")
        guard case .refused(let reason, _) = basis().judge(facts, of: name).verdict else {
            Issue.record("another chain's")
            return
        }
        #expect(reason == "the manifest is for the chain \"pion-1\", not for \"pion-2\"")
    }

    @Test func `an older manifest is refused, but for the plan that it was accepted for`() throws {
        try writeSigners()
        try folder.write(#"{"chain_id":"pion-1"}"#, to: "config/genesis.json")
        let evidence = try release.evidence {
            $0.platforms = [PlanInfo.platform: .init(files: release.files)]
        }
        try ReleaseBook(home).replace(nil, with: evidence, of: name)
        let facts = TrustFacts(files: release.files)
        let older = try #require(basis().judge(facts, of: name).manifest)
        let later = try release.evidence {
            $0.sequence = 4
            $0.plan = "v3"
        }
        let newer = try #require(later.manifest.flatMap { AcceptedManifests.Manifest($0) })
        let third = try PlanName("v3", case: .lowered)
        try basis().accept(newer, for: home.release(for: third))
        guard case .refused(let reason, _) = basis().judge(facts, of: name).verdict else {
            Issue.record("rolled back")
            return
        }
        #expect(reason == "the manifest has the sequence 3, and 4 was accepted here already")
        try basis().accept(older, for: home.release(for: name))
        #expect(basis().judge(facts, of: name).verdict == .trusted(.manifest))
        #expect(AcceptedManifests(in: home).lowestSequence(for: older, of: "upgrades/v9") == 4)
    }

    @Test(arguments: [
        (#"{"chain_id":"a-1"}"#, "a-1"),
        (#"{"app_state":{"chain_id":"x","l":["}",{"chain_id":"y"}]},"chain_id" : "a-1"}"#, "a-1"),
        (#"{"app_name":"\"chain_id\":","chain_id":"a-1"}"#, "a-1"),
        (#"{"chain_id":7,"z":"chain_id"}"#, nil), (#"{"chain_id":"\u0061"}"#, nil),
        (#"["chain_id","a-1"]"#, nil), (#"{"x":"chain_id"}"#, nil), ("", nil), ("}}}", nil),
        (#"{"chain_id":""}"#, nil), (#"{"a":{"chain_id":"b"}}"#, nil),
    ])
    func `the chain's id is the member of the genesis itself`(text: String, id: String?) throws {
        try folder.write(text, to: "config/genesis.json")
        #expect(ChainID.read(in: home) == id)
    }

    @Test func `it is found behind a large state, too`() throws {
        let state = String(repeating: #"{"chain_id":"x"},"#, count: 60_000)
        try folder.write(
            #"{"app_state":[\#(state)0],"chain_id":"a-1"}"#, to: "config/genesis.json")
        #expect(ChainID.read(in: home) == "a-1")
    }
}
