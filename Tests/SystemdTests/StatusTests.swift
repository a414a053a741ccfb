import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// `systemctl status` tells how things are.
    @Suite struct StatusTests {
        @Test func `the status line follows the phase, the plan and the height`() async throws {
            let node = try await BoxedNode.ofOurUnit(chain: ["upgrades": "v2@300"])
            try node.files.write(
                "#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.05; done\n", to: "cosmovisor/hook.sh")
            try await node.own()
            try await node.dropIn(["Environment=COSMOVISOR_CUSTOM_PREUPGRADE=hook.sh"])
            try await node.systemctl("start")
            try await node.says(/^running at height [0-9]+/)
            let text = try await node.property("StatusText")
            try await node.waits(for: "a greater height") {
                let now = try await node.property("StatusText")
                return now.hasPrefix("running") && now != text
            }
            try await node.says(/^upgrading .*v2/)
            try node.files.write("", to: "go")
            try await node.says(/^running at height [3-9][0-9][0-9].*v2/)
            try await node.systemctl("stop")
            #expect(node.ledger.violations == [])
        }

        @Test func `a start that fails says why, and the error's number`() async throws {
            let first = try await BoxedNode.ofOurUnit()
            try await first.systemctl("start")
            try await first.reaches(3)
            let second = try await BoxedNode.ofTheGuidesUnit(settings: [
                "Type=notify", "Restart=no", "User=\(first.name)",
                "Environment=DAEMON_HOME=\(first.home)",
            ])
            // systemd forgets the number when another test has it read its units anew.
            try await second.waits(for: "StatusErrno=16") {
                #expect(try await second.box.systemctl("start", second.unit).code != 0)
                return try await second.property("StatusErrno") == "16"
            }
            let pid = try await first.mainPID
            #expect(
                try await second.property("StatusText")
                    .contains("another switchyard (pid \(pid)) supervises this home"))
            try await first.goesOn()
            #expect(first.ledger.starts == ["v1"])
            try await first.systemctl("stop")
        }
    }
}
