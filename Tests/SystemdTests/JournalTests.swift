import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// The log in the format `journal`, as systemd's journal has it.
    @Suite struct JournalTests {
        @Test(arguments: ["our unit", "the guides' unit"])
        func `each record is an entry with fields, and the node's lines are lines`(
            unit: String
        ) async throws {
            let format = "SWITCHYARD_LOG_FORMAT"
            let node =
                unit == "our unit"
                ? try await BoxedNode.ofOurUnit(environment: [format: "journal"])
                : try await BoxedNode.ofTheGuidesUnit(settings: ["Environment=\(format)=journal"])
            try await node.systemctl("start")
            try await node.reaches(3)
            let entries = try await entries(of: node, "_TRANSPORT=journal")
            let started = entries.filter { $0.contains("\"SWITCHYARD_DAEMON_PID\":\"") }
            let log = try await node.log
            #expect(!started.isEmpty, "\(log)")
            for entry in started {
                #expect(entry.contains("\"SYSLOG_IDENTIFIER\":\"switchyard\""))
                #expect(entry.contains(" daemon.pid="))
            }
            let lines = try await self.entries(of: node, "_TRANSPORT=stdout")
            #expect(!lines.contains { $0.contains("daemon.pid=") })
            try await node.systemctl("stop")
        }

        private func entries(of node: BoxedNode, _ transport: String) async throws -> [Substring] {
            try await node.box.run(
                "journalctl",
                ["--no-pager", "--output=json", "_SYSTEMD_UNIT=\(node.unit)", transport]
            ).output.split(separator: "\n")
        }
    }
}
