import Glibc
import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// The unit of the upgrade guides, with nothing changed but the program.
    @Suite struct GuidesUnitTests {
        @Test func `it carries the node through the upgrade and ends it in order`() async throws {
            let node = try await BoxedNode.ofTheGuidesUnit(chain: ["upgrades": "v2@12"])
            try await node.systemctl("start")
            try await node.reaches(14, "v2")
            #expect(node.files.current == "upgrades/v2")
            try await node.systemctl("stop")
            #expect(node.ledger.starts == ["v1", "v2"])
            #expect(node.ledger.all("end", version: "v2").map(\.details) == ["0"])
            #expect(node.ledger.violations == [])
            #expect(try await node.property("Result") == "success")
        }

        /// What the unit says is `cosmovisor`; only what that name leads to has changed.
        @Test(arguments: ["true", "false"])
        func `the very unit of Cosmovisor upgrades, and Cosmovisor could take over again`(
            skipsBackup: String
        ) async throws {
            let node = try await BoxedNode.ofTheGuidesUnit(chain: ["upgrades": "v2@12,v3@24"])
            try node.files.install(
                "upgrades/v3", ["version": "v3", "handlers": "v2,v3", "new_stores": "v3"])
            try await node.own()
            try await node.isRunByCosmovisorsUnit(skipsBackup: skipsBackup)
            try await node.systemctl("enable")
            try await node.systemctl("start")
            try await node.reaches(26, "v3")
            try await node.hasProved("v3")
            try await node.systemctl("stop")
            #expect(node.ledger.starts == ["v1", "v2", "v3"])
            #expect(node.ledger.violations == [])
            #expect(try await node.property("Result") == "success")
            #expect(try await node.property("NRestarts") == "0")
            #expect(node.files.exists("data-backup-v3-24") == (skipsBackup == "false"))
            try node.isAsCosmovisorLeavesIt()
        }

        @Test func `after a crash at the height the very unit goes on`() async throws {
            let node = try await BoxedNode.ofTheGuidesUnit(
                chain: ["upgrades": "v2@12", "sdk": "0.47"], v1: ["halt": "exit:2"])
            try await node.isRunByCosmovisorsUnit(skipsBackup: "true")
            try await node.systemctl("start")
            try await node.waits(for: "the halt") { node.ledger.has("halt") }
            try await node.kill("KILL")
            try await node.reaches(14, "v2")
            try await node.hasProved("v2")
            try await node.systemctl("stop")
            #expect(node.ledger.violations == [])
            #expect(node.ledger.all("block", version: "v2").first?.details == "12")
            try node.isAsCosmovisorLeavesIt("v2", at: 12)
        }
    }
}

extension BoxedNode {
    /// Replaces the unit by the one that chains' guides have, letter by letter.
    fileprivate func isRunByCosmovisorsUnit(skipsBackup: String) async throws {
        try await box.run("ln", ["-sfn", "switchyard", "/usr/local/bin/cosmovisor"])
        try box.write(
            """
            [Unit]
            Description=Cosmovisor daemon
            After=network-online.target

            [Service]
            User=\(name)
            ExecStart=/usr/local/bin/cosmovisor run start
            Restart=always
            RestartSec=3
            LimitNOFILE=4096
            Environment="DAEMON_NAME=simd"
            Environment="DAEMON_HOME=\(home)"
            Environment="DAEMON_ALLOW_DOWNLOAD_BINARIES=false"
            Environment="DAEMON_RESTART_AFTER_UPGRADE=true"
            Environment="DAEMON_LOG_BUFFER_SIZE=512"
            Environment="UNSAFE_SKIP_BACKUP=\(skipsBackup)"

            [Install]
            WantedBy=multi-user.target

            """, to: "/etc/systemd/system/\(unit)")
        try await box.systemctl("daemon-reload")
    }

    fileprivate func hasProved(_ plan: String) async throws {
        try await waits(for: "the proof of \(plan)") {
            (try? files.status()).map { $0.plan == plan && !$0.isProvisional } ?? false
        }
    }

    /// What Cosmovisor reads at its start: the link, the plan in the folder it leads to, binaries that
    /// it may execute, and a plan file that asks for nothing more.
    fileprivate func isAsCosmovisorLeavesIt(_ plan: String = "v3", at height: Int = 24) throws {
        #expect(files.current == "upgrades/\(plan)")
        let copy = try files.read("cosmovisor/upgrades/\(plan)/upgrade-info.json")
        for file in [copy, try files.read("data/upgrade-info.json")] {
            #expect(file.contains(#""name":"\#(plan)""#) && file.contains(#""height":\#(height)"#))
        }
        #expect(files.mode(of: "data/upgrade-info.json") == 0o600)
        for release in ["genesis", "upgrades/v2", "upgrades/\(plan)"] {
            #expect(files.mode(of: "cosmovisor/\(release)/bin/simd") & 0o111 == 0o111)
        }
        #expect(files.mode(of: "cosmovisor/upgrades/\(plan)") & 0o500 == 0o500)
        #expect(!files.exists("data/upgrade-info.json.batch"))
        #expect(!files.exists("cosmovisor/.switchyard/due"))
        // Nothing but ours that a listing of Cosmovisor's folder would not have.
        let entries = try files.entries(of: "cosmovisor")
        #expect(entries == [".switchyard", "current", "genesis", "upgrades"])
    }
}

extension TestNode {
    fileprivate func entries(of folder: String) throws -> [String] {
        guard let stream = opendir("\(path)/\(folder)") else { throw HarnessError("opendir") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
