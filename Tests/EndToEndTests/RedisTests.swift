import Glibc
import Testing

/// A real daemon, with its own ways to start, stop and store, in place of the simulated chain.
@Suite(
    .serialized,
    .enabled(
        if: RedisPrograms.areWanted, "Redis is not in .build-redis; `make test` fetches it"))
struct RedisTests {
    @Test func `Redis 6 is carried to 7 under a client that keeps writing`() async throws {
        let node = try await startedNode()
        try await node.isCarriedOver()
        try await node.acknowledges(2000)
        try await node.stopWriting()

        let record = node.record
        let pid = try #require(try node.status().daemon?.pid)
        report(record)
        try expectOneUpgrade(record)
        #expect(record.pids.last == pid)
        #expect(node.current == "upgrades/v7")
        #expect(node.exists("data-backup-v7-100/appendonly.aof"))
        #expect(node.text("log").contains("pre-upgrade ended with exit code 1"))
        try await node.holdsEveryWrite()
        #expect(try await node.stop() == 0)
        expectOneDaemonAtATime(node, record)
    }

    @Test func `the backup has all that Redis 6 acknowledged`() async throws {
        let node = try await startedNode()
        try await node.isCarriedOver()
        try await node.acknowledges(1)
        try await node.stopWriting()
        try await node.stop()

        let record = node.record
        let old = record.writes.prefix { $0.version == record.versions[0] }
        try node.write(WriteRecord(writes: Array(old)).text, to: "old-record")
        let release = try node.startOldRelease(on: "data-backup-v7-100")
        try await node.waits(for: "the old release to load") {
            node.text("redis.log").ranges(of: "Ready to accept connections").count == 3
        }
        try await node.holdsEveryWrite(of: "old-record")
        #expect(release.exitCode() == nil)
    }

    /// Redis writes over its arguments, by which a daemon might be known again.
    @Test func `Redis outlives a killed supervisor and is carried over by the next`() async throws {
        let node = try await startedNode()
        try await node.stop(SIGKILL)
        try await node.acknowledges(1000)
        try node.start()
        try await node.waits(for: "the adoption") {
            (try? node.status())?.daemon?.adopted == true
        }
        try await node.isCarriedOver()
        try await node.acknowledges(1000)
        try await node.stopWriting()

        let record = node.record
        report(record)
        try expectOneUpgrade(record)
        try await node.holdsEveryWrite()
        #expect(try await node.stop() == 0)
        expectOneDaemonAtATime(node, record)
    }

    /// The old release runs, and the client has written for a while.
    private func startedNode() async throws -> RedisNode {
        let node = try RedisNode()
        try await node.install()
        try node.start()
        try node.startWriting()
        try await node.acknowledges(2000)
        return node
    }

    private func expectOneUpgrade(_ record: WriteRecord) throws {
        try #require(record.versions.count == 2, "\(record.versions)")
        #expect(record.versions[0].hasPrefix("6.2."))
        #expect(try #require(Int(record.versions[1].prefix { $0 != "." })) >= 7)
    }

    private func expectOneDaemonAtATime(_ node: RedisNode, _ record: WriteRecord) {
        #expect(node.mostDaemons == 1)
        #expect(node.lives == record.pids.flatMap { ["start \($0)", "end \($0)"] })
    }

    /// Told, not judged: what a busy machine makes of it is no fault.
    private func report(_ record: WriteRecord) {
        print(
            "Redis: \(record.writes.count) acknowledged writes, longest gap \(record.longestGap)")
    }
}
