import FoundationEssentials
import Testing

@testable import Supervisor

/// Each check, by table: what is so, how it comes out, and a word of why.
struct PreflightJudgeTests {
    typealias Change = @Sendable (inout PreflightFacts) -> Void
    typealias Row = (PreflightCheck.ID, PreflightResult, String, Change)

    static let digest = String(repeating: "0f", count: 32)

    /// All is well: a pinned program, room, a grace, a key.
    private static var facts: PreflightFacts {
        let plan = PlanFacts(
            name: "v3", directory: "upgrades/v3", origin: .operator, trigger: .height, height: 100,
            info: nil, expectedSHA256: digest, state: .pending, reasonCode: .beforeHeight,
            reason: "", binary: BinaryFacts(state: .staged, sha256: digest, trust: .pinned),
            createdAt: nil, appliedAt: nil)
        let loading = ProgramFacts.Loading(
            loader: .init(path: "/lib64/ld-linux-x86-64.so.2", isThere: true),
            libraries: LibraryReport(found: ["libc.so.6": "/lib/x86_64-linux-gnu/libc.so.6"]),
            own: "/home/cosmovisor/upgrades/v3")
        let space = HostFacts.SpaceFacts(free: 10 << 30, reserve: 2 << 30)
        return PreflightFacts(
            plan: plan,
            release: ReleaseSight(
                program: .program(loading),
                access: AccessFacts(mode: 0o755, isExecutable: true, isOurs: true)),
            host: HostFacts(
                backup: .init(folder: "/backups", size: 1 << 30, space: space), data: space,
                grace: .seconds(30), signer: .local(key: "config/key.json", isThere: true),
                storedHeight: 50))
    }

    static func loading(
        _ change: @escaping @Sendable (inout ProgramFacts.Loading) -> Void
    ) -> Change {
        { facts in
            guard case .program(var loading) = facts.release.program else { return }
            change(&loading)
            facts.release.program = .program(loading)
        }
    }

    private static func chains(_ change: @escaping Change) -> Change {
        { facts in
            facts.plan.trigger = .chain
            change(&facts)
        }
    }

    private static func trouble(_ reason: String, _ isRefusal: Bool = true) -> HeightTrouble {
        HeightTrouble(reason: reason, remedy: "do something", isRefusal: isRefusal)
    }

    private static func info(_ text: String, pinned: Bool = false) -> Change {
        { facts in
            facts.plan.info = text
            facts.plan.origin = .chain
            if !pinned { facts.plan.expectedSHA256 = nil }
        }
    }

    private static let ofPlan: [Row] = [
        (.planInfo, .pass, "by hand", { _ in }),
        (.planInfo, .warn, "nothing of its binaries", info("")),
        (.planInfo, .warn, "text for people", info("see the forum")),
        (.planInfo, .warn, "an address", info("https://example.org/v3.json")),
        (.planInfo, .fail, "broken JSON", info(#"{"binaries":{"any":"#)),
        (.planInfo, .warn, "pinned all the same", info(#"{"binaries":"#, pinned: true)),
        (.planInfo, .warn, "no binary for", info(#"{"binaries":{"darwin/arm64":"https://x/y"}}"#)),
        (.planInfo, .warn, "no checksum", info(#"{"binaries":{"any":"https://x/y"}}"#)),
        (
            .planInfo, .pass, "names a binary",
            info(#"{"binaries":{"any":"https://x"}}"#, pinned: true)
        ),
        (
            .planInfo, .warn, "md5 has 32",
            info(#"{"binaries":{"any":"https://x/y?checksum=md5:00"}}"#)
        ),
        (
            .planInfo, .warn, "http can be changed",
            info(#"{"binaries":{"any":"http://x/y"}}"#, pinned: true)
        ),
        (
            .planInfo, .warn, "a list that is not at hand",
            info(#"{"binaries":{"any":"https://x/y?checksum=file:https://x/z"}}"#)
        ),
        (
            .planInfo, .warn, "anybody can forge its md5",
            {
                info(#"{"binaries":{"any":"https://x/y?checksum=\#(digest.prefix(32))"}}"#)(&$0)
                $0.sourceRules.allowsWeakDigests = true
            }
        ),
        (
            .planInfo, .warn, "one is required",
            {
                info(#"{"binaries":{"any":"https://x/y"}}"#)(&$0)
                $0.sourceRules.mustHaveChecksum = true
            }
        ),
        (
            .planInfo, .pass, "its digest is in the info",
            info(#"{"binaries":{"any":"https://x/y?checksum=sha256:\#(digest)"}}"#)
        ),
        (.directoryName, .pass, "upgrades/v3", { _ in }),
        (.directoryName, .warn, "upgrades/V3 holds", { $0.release.nearMisses = ["V3"] }),
        (
            .directoryName, .fail, "upgrades/V3 holds",
            {
                $0.release.nearMisses = ["V3"]
                $0.plan.binary = .absent
            }
        ),
        (
            .directoryName, .warn, "that of upgrades/v4",
            {
                $0.release.unplanned = ["v4"]
                $0.plan.binary = .absent
            }
        ),
        (.directoryName, .pass, "upgrades/v3", { $0.release.unplanned = ["v4"] }),
        (.height, .pass, "50 blocks", { _ in }),
        (.height, .pass, "by hand", { $0.plan.height = nil }),
        (.height, .unknown, "not known", { $0.host.storedHeight = nil }),
        (.height, .warn, "halt at 90", chains { $0.host.haltHeight = 90 }),
        (.height, .warn, "halt at 100", chains { $0.host.haltHeight = 100 }),
        (.height, .pass, "50 blocks", chains { $0.host.haltHeight = 101 }),
        (.height, .pass, "50 blocks", { $0.host.haltHeight = 100 }),
        (.height, .fail, "no version", { $0.heightTrouble = trouble("no version") }),
        (.height, .warn, "only watched", { $0.heightTrouble = trouble("only watched", false) }),
        (.height, .warn, "skip 100", { $0.host.skippedHeights = [7, 100] }),
        (
            .height, .warn, "has passed",
            {
                $0.host.storedHeight = 200
                $0.plan.state = .stale
            }
        ),
        (.height, .pass, "is there", { $0.host.storedHeight = 100 }),
    ]

    private static let ofHost: [Row] = [
        (.diskSpace, .pass, "10240 MiB", { _ in }),
        (.diskSpace, .fail, "needs 20480 MiB", { $0.host.backup?.size = 20 << 30 }),
        (.diskSpace, .warn, "to be left", { $0.host.backup?.size = 9 << 30 }),
        (.diskSpace, .warn, "to be left", { $0.host.data?.free = 1 << 30 }),
        (.diskSpace, .pass, "MiB", { $0.host.backup = nil }),
        (
            .diskSpace, .unknown, "cannot be told",
            {
                $0.host.backup = nil
                $0.host.data = nil
            }
        ),
        (.backup, .pass, "same filesystem", { _ in }),
        (.backup, .pass, "another filesystem", { $0.host.backup?.isNear = false }),
        (.backup, .pass, "sharing", { $0.host.backup?.isSharing = true }),
        (.backup, .warn, "no way back", { $0.host.backup = nil }),
        (.backup, .fail, "not writable", { $0.host.backup?.trouble = "it is not writable" }),
        (.backup, .warn, "122 minutes", { $0.host.backup?.size = 1 << 40 }),
        (.stopGrace, .pass, "30s", { _ in }),
        (.hooks, .pass, "none", { _ in }),
        (.hooks, .pass, "/hook", { $0.host.hook = .runnable("/hook") }),
        (.hooks, .fail, "is gone", { $0.host.hook = .unusable("/hook", why: "it is gone") }),
        (.signer, .pass, "local key", { _ in }),
        (.signer, .pass, "remote", { $0.host.signer = .remote }),
        (.signer, .warn, "new one", { $0.host.signer = .local(key: "k", isThere: false) }),
        (.signer, .unknown, "no file", { $0.host.signer = .unknown("no file") }),
    ]

    @Test func `each check comes out as its facts are`() {
        let rows = Self.ofPlan + Self.ofBinary + Self.ofVersion + Self.ofHost + Self.ofStopping
        for (number, row) in rows.enumerated() {
            var facts = Self.facts
            row.3(&facts)
            let check = PreflightJudge(facts).check(row.0)
            #expect(check.result == row.1, "row \(number), \(row.0): \(check)")
            #expect(check.reason.contains(row.2), "row \(number), \(row.0): \(check)")
            #expect((check.remedy == nil) == (check.result == .pass), "\(check)")
        }
        let covered = Set(rows.map { "\($0.0)" })
        #expect(covered == Set(PreflightCheck.ID.allCases.map { "\($0)" }))
    }

    @Test func `the verdict is the worst, and what is hard counts more`() {
        func verdict(_ results: [(PreflightCheck.ID, PreflightResult)]) -> PreflightResult {
            Preflight(
                plan: "v3", evaluatedAt: nil, subjectSHA256: nil,
                checks: results.map { PreflightCheck($0.0, $0.1, "so") }
            ).verdict
        }
        #expect(verdict([(.height, .pass), (.trust, .pass)]) == .pass)
        #expect(verdict([(.height, .warn), (.trust, .pass)]) == .warn)
        #expect(verdict([(.height, .unknown), (.trust, .pass)]) == .warn)
        #expect(verdict([(.height, .warn), (.trust, .unknown)]) == .unknown)
        #expect(verdict([(.height, .fail), (.trust, .unknown)]) == .fail)
    }

    @Test func `all checks are there, in the contract's order`() {
        let preflight = PreflightJudge(Self.facts).preflight(at: Date())
        #expect(
            preflight.checks.map(\.id.rawValue) == [
                "plan_info", "directory_name", "binary_present", "trust", "machine", "loader",
                "libraries", "permissions", "version", "disk_space", "backup", "stop_grace",
                "hooks", "signer", "height",
            ])
        #expect(
            preflight.checks.filter(\.id.isHard).map(\.id) == [
                .binaryPresent, .trust, .machine, .loader, .libraries, .permissions,
            ])
        #expect(preflight.verdict == .warn)
        #expect(preflight.subjectSHA256 == Self.digest)
        #expect(preflight.failed == [])
    }
}
