import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// What becomes of the node when its supervisor is killed or hangs.
    @Suite struct CrashTests {
        @Test func `under our unit the node outlives a killed supervisor`() async throws {
            let node = try await BoxedNode.ofOurUnit()
            try await node.systemctl("start")
            try await node.reaches(3)
            let process = try await node.daemon()
            try await node.kill("KILL")
            try await node.isAdopted(process)
            try await node.systemctl("stop")
            #expect(node.ledger.all("end").map(\.details) == ["0"])
        }

        @Test func `under our unit the node outlives a supervisor that hangs`() async throws {
            let node = try await BoxedNode.ofOurUnit(settings: ["WatchdogSec=2"])
            try await node.hangsWhenAsked()
            try await node.systemctl("start")
            try await node.reaches(3)
            let process = try await node.daemon()
            try await node.hang()
            try await node.isAdopted(process)
            let log = try await node.log
            #expect(log.contains("Failed with result 'watchdog'"))
            #expect(log.contains("status=6/ABRT"))
            try await node.systemctl("stop")
            #expect(node.ledger.all("end").map(\.details) == ["0"])
        }

        @Test func `under the guides' unit a killed supervisor's node is ended in order`()
            async throws
        {
            let node = try await BoxedNode.ofTheGuidesUnit(v1: ["flush": "500"])
            try await node.systemctl("start")
            try await node.reaches(3)
            try await node.kill("KILL")
            try await node.isStartedAfresh()
            try await node.systemctl("stop")
        }

        @Test func `under the guides' unit a watchdog can end the node in order`() async throws {
            let node = try await BoxedNode.ofTheGuidesUnit(
                v1: ["flush": "500"],
                settings: [
                    "Type=notify", "WatchdogSec=2", "WatchdogSignal=SIGTERM", "TimeoutAbortSec=5",
                ])
            try await node.hangsWhenAsked()
            try await node.systemctl("start")
            try await node.reaches(3)
            try await node.hang()
            try await node.isStartedAfresh()
            #expect(try await node.log.contains("Failed with result 'watchdog'"))
            try await node.systemctl("stop")
        }
    }
}

extension BoxedNode {
    /// The daemon's pid and the time of its start, which together no other process has.
    fileprivate func daemon() async throws -> String {
        let pid = try #require(ledger.all("start").last).pid
        return try box.process(pid)
    }

    /// The supervisor was started again, and the daemon never was.
    fileprivate func isAdopted(_ process: String) async throws {
        try await isRestarted()
        try await waits(for: "the adoption") { (try? status())?.daemon?.adopted == true }
        try await goesOn()
        #expect(try await daemon() == process)
        #expect(try status().daemon?.pid == ledger.lines.first?.pid)
        #expect(ledger.starts == ["v1"])
        #expect(!ledger.has("term"))
        #expect(ledger.violations == [])
    }

    /// The daemon was told to end, did so, and only then there was another one.
    fileprivate func isStartedAfresh() async throws {
        try await waits(for: "another start") { ledger.all("start").count == 2 }
        try await goesOn()
        let events = ledger.lines.map(\.event).filter { ["start", "term", "end"].contains($0) }
        #expect(events == ["start", "term", "end", "start"])
        #expect(ledger.all("end").first?.details == "0")
        #expect(ledger.violations == [])
    }
}
