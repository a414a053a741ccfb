import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// What systemd gives to the supervisor is not the daemon's.
    @Suite struct InheritanceTests {
        @Test func `the daemon has no part in sockets, store, watchdog and notifications`()
            async throws
        {
            let node = try await BoxedNode.ofOurUnit(v1: ["fail_start": "1"])
            try await node.systemctl("start")
            try await node.reaches(3)
            // The next run of ours is handed a stored descriptor as well, and starts the node anew.
            try await node.kill("KILL")
            try await node.isRestarted()
            try await node.waits(for: "an answer") { (try? node.status())?.daemon != nil }
            try await node.endDaemon()
            try await node.waits(for: "another start") { node.ledger.all("start").count == 3 }
            try await node.goesOn()
            let pid = try #require(node.ledger.all("start").last).pid
            let names = try node.box.read("/proc/\(pid)/environ").split(separator: "\0")
                .compactMap { $0.split(separator: "=").first.map(String.init) }
            #expect(names.contains("INVOCATION_ID"))
            #expect(
                names.filter { name in
                    ["NOTIFY_", "WATCHDOG_", "LISTEN_"].contains { name.hasPrefix($0) }
                } == [])
            #expect(node.ledger.violations == [])
            try await node.systemctl("stop")
        }
    }
}

extension BoxedNode {
    fileprivate func endDaemon() async throws {
        let pid = try #require(ledger.all("start").last).pid
        try await box.run("kill", ["-KILL", "\(pid)"])
    }
}
