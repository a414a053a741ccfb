import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// The policy at work: what comes in, what lies there, and what is started.
@Suite(.timeLimit(.minutes(5)))
struct TrustNodeTests {
    private static let ops = Originator(kind: .token, id: "k7qm2x4a", label: "ops")
    private let name: PlanName
    private let node: ScriptNode
    private let release = SignedRelease()

    init() throws {
        name = try PlanName("v2", case: .lowered)
        node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
    }

    private func supervisor(
        _ trust: TrustRequirement, threshold: Int = 1
    ) throws -> NodeSupervisor {
        let signers = node.path + "/signers"
        try Data(
            (release.one.line("a@example.org") + release.two.line("b@example.org")).utf8
        ).write(to: URL(filePath: signers))
        chmod(signers, 0o600)
        return node.supervisor {
            $0.trust = trust
            $0.trustThreshold = threshold
            $0.trustSigners = signers
            $0.staging.reserve = .bytes(0)
        }
    }

    /// Begins as a program of this machine does.
    private func head(_ fill: UInt8) throws -> [UInt8] {
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return try ForeignFile.readPrefix(path, limit: 64) + [UInt8](repeating: fill, count: 5000)
    }

    private func upload(
        _ bytes: [UInt8], to supervisor: NodeSupervisor, vouches: Bool = false
    ) async throws -> BinaryFacts {
        let quarantine = supervisor.staging.quarantine
        var announcement = Quarantine.Announcement(plan: name, originator: Self.ops)
        announcement.needsSHA512 = try await supervisor.stagingTarget(for: name).needsSHA512
        var intake = try quarantine.begin(announcement)
        try intake.append([bytes])
        return try await supervisor.stage(
            try intake.complete(), for: name, from: .upload, by: Self.ops,
            voucher: Voucher(isOperator: vouches), if: .none
        ).binary
    }

    private func running(
        _ supervisor: NodeSupervisor, _ body: (NodeSupervisor) async throws -> Void
    ) async throws {
        try await supervisor.prepare()
        async let code = supervisor.run()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(supervisor))
        } catch {
            result = .failure(error)
        }
        await supervisor.shutdown(because: "the test's end")
        _ = await code
        try result.get()
    }

    @Test func `what was pinned is held until enough have signed it`() async throws {
        try await running(try supervisor(.signature, threshold: 2)) { supervisor in
            await waits(supervisor) { $0.daemon?.pid != nil }
            let bytes = try head(1)
            let held = try await upload(bytes, to: supervisor, vouches: true)
            #expect(held.state == .held)
            let one = ReleaseEvidence(signatures: [release.sign(bytes, release.one)])
            try await supervisor.bring(one, for: name, seen: nil, by: Self.ops)
            let report = try #require(await supervisor.release(of: name))
            #expect(report.signers.map(\.names) == [["a@example.org"]])
            #expect(report.remarks.isEmpty)
            try await Eventually.holds("it is told") {
                guard case .notYet(let why, _)? = supervisor.board.status.plans.first?.trust else {
                    return false
                }
                return why.contains("1 of 2 signers vouch for it")
            }
            #expect(supervisor.board.status.plans.first?.binary.state == .held)
            let two = ReleaseEvidence(
                signatures: one.signatures + [release.sign(bytes, release.two)])
            try await supervisor.bring(two, for: name, seen: .evidence(one), by: Self.ops)
            await waits(supervisor) { $0.plans.first?.binary.trust == .signature }
            await waits(supervisor) { $0.plans.first?.trust == .trusted(.signature) }
            await #expect(throws: PlanRefusal.changed) {
                try await supervisor.bring(nil, for: name, seen: .evidence(one), by: Self.ops)
            }
        }
    }

    @Test func `what is signed but for another file is refused under every policy`() async throws {
        try Data(#"{"chain_id":"pion-1"}"#.utf8).write(to: node.configured("genesis.json"))
        for policy in TrustRequirement.allCases {
            try await running(try supervisor(policy)) { supervisor in
                let bytes = try head(1)
                let seen = await supervisor.release(of: name)?.page
                let evidence = try release.evidence {
                    $0.platforms = [
                        PlanInfo.platform: .init(
                            downloads: [
                                .init(
                                    sha256: ContentDigests(of: bytes).sha256 ?? "",
                                    size: Int64(bytes.count))
                            ], files: ["bin/simd": .init(sha256: ReleaseManifestTests.one, size: 5)]
                        )
                    ]
                }
                try await supervisor.bring(evidence, for: name, seen: seen, by: Self.ops)
                let error = await #expect(throws: StagingRefusal.self) {
                    try await upload(bytes, to: supervisor, vouches: true)
                }
                #expect(error?.failure.detail.contains("bin/simd") == true, "\(policy)")
                #expect(error?.failure.slug == "trust-refused")
                #expect(supervisor.staging.quarantine.held.isEmpty)
            }
        }
    }

    // MARK: - At the launch

    private func overwrite(_ directory: String, _ text: String) throws {
        let path = node.path + "/cosmovisor/\(directory)/bin/simd"
        let bytes = try Data(contentsOf: URL(filePath: path)) + Data(text.utf8)
        try bytes.write(to: URL(filePath: path))
        chmod(path, 0o755)
    }

    @Test(arguments: [TrustRequirement.checksum, .signature])
    func `what runs when the policy is met first is trusted, and nothing in its place`(
        policy: TrustRequirement
    ) async throws {
        try await running(try supervisor(policy)) { supervisor in
            await waits(supervisor) { $0.daemon?.pid != nil }
        }
        let first = try #require(FirstUse(in: node.home))
        #expect(first.directory == "genesis")
        try overwrite("genesis", "# other bytes\n")
        try await running(try supervisor(policy)) { supervisor in
            await waits(supervisor) { $0.phase.name == .blocked }
            let phase = supervisor.board.status.phase
            #expect(phase.reasonCode == .binaryChanged)
            #expect(phase.reason?.contains("\(first.sha256) ran there before") == true)
        }
        // A release of another name is no first use any more, wherever the link leads.
        try node.install("upgrades/v7", ScriptNode.steady("v7"))
        let link = node.path + "/cosmovisor/current"
        unlink(link)
        #expect(symlink("upgrades/v7", link) == 0)
        try await running(try supervisor(policy)) { supervisor in
            await waits(supervisor) { $0.phase.name == .blocked }
            #expect(supervisor.board.status.phase.reasonCode == .binaryChanged)
        }
        // Whoever asks for nothing any more meets a policy anew.
        try await running(try supervisor(.any)) { supervisor in
            await waits(supervisor) { $0.daemon?.pid != nil }
        }
        #expect(!FirstUse.isRecorded(in: node.home))
    }

    @Test func `a due plan waits while the bytes placed by hand are not those that were meant`()
        async throws
    {
        try node.install("genesis", ScriptNode.asking("v1", plan: #"{"name":"v2","height":7}"#))
        try node.install("upgrades/v2", ScriptNode.steady("v2"))
        try await running(try supervisor(.checksum)) { supervisor in
            try? await Eventually.holds("it waits") {
                supervisor.board.status.phase.reason?.contains("its digest is") == true
            }
            let status = supervisor.board.status
            let digest = try #require(status.plans.first?.binary.sha256)
            #expect(status.phase.reason?.contains(digest) == true, "\(status.phase)")
            #expect(!node.lines.contains("v2 starts"))
            let seen = try #require(await supervisor.facts(of: name))
            _ = try await supervisor.declare(
                PlanDeclaration(trigger: .chain, height: 7, expectedSHA256: digest), for: name,
                seen: seen, by: Self.ops)
            try await Eventually.holds("v2 runs") { node.lines.last == "v2 starts" }
        }
    }

    @Test func `a file placed by hand runs once enough have signed it`() async throws {
        try node.install("genesis", ScriptNode.asking("v1", plan: #"{"name":"v2","height":7}"#))
        try node.install("upgrades/v2", ScriptNode.steady("v2"))
        let binary = node.path + "/cosmovisor/upgrades/v2/bin/simd"
        let bytes = Array(try Data(contentsOf: URL(filePath: binary)))
        try await running(try supervisor(.signature)) { supervisor in
            await waits(supervisor) { $0.phase.reason?.contains("there are none") == true }
            let evidence = ReleaseEvidence(signatures: [release.sign(bytes, release.one)])
            try await supervisor.bring(evidence, for: name, seen: nil, by: Self.ops)
            try await Eventually.holds("v2 runs") { node.lines.last == "v2 starts" }
        }
    }

    @Test func `files placed by hand run once a manifest lists all of them`() async throws {
        try Data(#"{"chain_id":"pion-1"}"#.utf8).write(to: node.configured("genesis.json"))
        try node.install("genesis", ScriptNode.asking("v1", plan: #"{"name":"v2","height":7}"#))
        try node.install("upgrades/v2", ScriptNode.steady("v2"))
        let folder = node.path + "/cosmovisor/upgrades/v2"
        let files = try InstalledFiles.below(folder)
        let evidence = try release.evidence {
            $0.platforms = [PlanInfo.platform: .init(files: files)]
        }
        try FileManager.default.createDirectory(
            atPath: folder + "/lib", withIntermediateDirectories: true)
        try Data("evil".utf8).write(to: URL(filePath: folder + "/lib/libwasmvm.so"))
        try await running(try supervisor(.signature, threshold: 2)) { supervisor in
            try await supervisor.bring(evidence, for: name, seen: nil, by: Self.ops)
            await waits(supervisor) {
                $0.phase.reason?.contains("lib/libwasmvm.so") == true
            }
            #expect(!node.lines.contains("v2 starts"))
            unlink(folder + "/lib/libwasmvm.so")
            await supervisor.reload()
            try await Eventually.holds("v2 runs") { node.lines.last == "v2 starts" }
        }
    }
}

extension ScriptNode {
    fileprivate func configured(_ name: String) throws -> URL {
        try FileManager.default.createDirectory(
            atPath: path + "/config", withIntermediateDirectories: true)
        return URL(filePath: path + "/config/" + name)
    }
}
