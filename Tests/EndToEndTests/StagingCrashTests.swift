import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// The supervisor is killed while it stages an archive.
struct StagingCrashTests {
    private let bench: UploadBench
    private let site: ReleaseSite
    private var node: TestNode { bench.node }

    init() async throws {
        bench = try await UploadBench()
        site = try await ReleaseSite.shared
    }

    private var points: Int {
        ProcessInfo.processInfo.environment["SWITCHYARD_CRASH_POINTS"].flatMap { Int($0) } ?? 12
    }

    @Test func `whenever it is killed, what lies where it could run is what was meant`()
        async throws
    {
        let address = try site.pinned("large.tar.gz")
        try await bench.start(site.environment)
        let whole = try await stagedFiles(address)
        #expect(whole.count == 9)
        var generator = SystemRandomNumberGenerator()
        let duration = try await duration(of: address)
        for point in 0..<points {
            // Somewhere in the point's own part of the time that it takes.
            let part = duration / points
            let moment = part * point + part * Double.random(in: 0..<1, using: &generator)
            let begin = ContinuousClock.now
            let begun = try await bench.prepare("v3", url: address, wait: 0)
            #expect(begun.status == 202, "\(begun.body)")
            while ContinuousClock.now < begin + moment { sched_yield() }
            try await node.kill9()
            let found = try await digests()
            #expect(
                found.allSatisfy { whole[$0.key] == $0.value },
                "killed after \(moment) of \(duration): \(found)")
            try node.start(bench.environment.merging(site.environment) { $1 })
            try await node.shows("the node") { $0.daemon?.pid != nil }
            try await eventually("quarantine is swept") {
                try bench.quarantine.isEmpty
            }
            #expect(try await stagedFiles(address) == whole)
        }
        #expect(node.ledger.violations == [])
        #expect(try await node.stop() == 0)
    }

    /// Stages it to its end, looks, and removes it.
    private func stagedFiles(_ address: String) async throws -> [String: String] {
        let answer = try await bench.prepare("v3", url: address)
        #expect(answer.json["result"]?["trust"]?.string == "pinned", "\(answer.body)")
        #expect(try bench.quarantine.isEmpty)
        let digests = try await digests()
        #expect(try await node.curl("/v1/plans/v3/binary", "-X DELETE").status == 204)
        #expect(try await self.digests() == [:])
        return digests
    }

    private func duration(of address: String) async throws -> Duration {
        let begin = ContinuousClock.now
        _ = try await stagedFiles(address)
        return ContinuousClock.now - begin
    }

    /// Of every file below `upgrades`.
    private func digests() async throws -> [String: String] {
        let text = try await shell(
            "cd '\(node.path)/cosmovisor/upgrades' && find . -type f -exec sha256sum {} + | sort")
        let pairs = text.split(separator: "\n").map {
            (String($0.dropFirst(66)), String($0.prefix(64)))
        }
        // The chain's own plan is there from the beginning.
        return Dictionary(pairs) { $1 }.filter { !$0.key.hasPrefix("./v2/") }
    }
}
