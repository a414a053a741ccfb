import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// What a preflight finds in a service: a binary is shut in there, too, and systemd is asked.
    @Suite struct PreflightTests {
        @Test func `a staged binary tells its version under the unit that we ship`() async throws {
            let node = try await BoxedNode.ofOurUnit(chain: ["upgrades": ""])
            try await node.unshareV2()
            try await node.systemctl("start")
            try await node.reaches(2)
            var digest: String?
            try await node.waits(for: "the digest") {
                digest = try await node.api("/v1/plans/v2").json["binary"]?["sha256"]?.string
                return digest != nil
            }
            let body =
                #"{"trigger":"chain","height":900000,"expected_sha256":"\#(digest ?? "")"}"#
            #expect(try await node.api("/v1/plans/v2", "-X PUT", body).status == 200)
            let version = try await node.check("version") { !$0.hasPrefix("unknown") }
            #expect(version == "pass: it prints \"v2\"")
            try await node.systemctl("stop")
            #expect(node.ledger.violations == [])
        }

        @Test func `systemd is asked how long it waits for the daemon`() async throws {
            let box = try #require(BoxTrait.box)
            for (name, lines) in [
                ("socket", "[Socket]\nListenStream=/run/dbus/system_bus_socket\n"),
                (
                    "service",
                    """
                    [Unit]
                    Requires=dbus.socket
                    [Service]
                    Type=notify
                    ExecStart=/usr/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile

                    """
                ),
            ] {
                try box.write(lines, to: "/etc/systemd/system/dbus.\(name)")
            }
            try await box.systemctl("daemon-reload")
            #expect(try await box.systemctl("start", "dbus.service").code == 0)
            let guides = try await BoxedNode.ofTheGuidesUnit(settings: ["TimeoutStopSec=12"])
            try await guides.systemctl("start")
            let warning = "30s to end, and systemd kills it after 12s"
            try await guides.waits(for: "the warning") { try await guides.log.contains(warning) }
            try await guides.systemctl("stop")
        }
    }
}

extension BoxedNode {
    /// A copy of its own: a file that other nodes link meanwhile is read again each time.
    fileprivate func unshareV2() async throws {
        let binary = "\(home)/cosmovisor/upgrades/v2/bin/simd"
        let line = "cp '\(binary)' '\(binary).new' && mv '\(binary).new' '\(binary)'"
        #expect(try await box.run("/bin/sh", ["-c", line]).code == 0)
    }

    fileprivate func api(
        _ path: String, _ arguments: String = "", _ body: String? = nil
    ) async throws -> CurlAnswer {
        let content = body == nil ? "" : "-H 'Content-Type: application/json' -d \"$BODY\""
        return try CurlAnswer(
            try await shell(
                "curl -s -i -m 60 --unix-socket \"$SOCKET\" \(content) \(arguments) "
                    + "\"http://localhost$URL\"",
                ["SOCKET": socket, "BODY": body ?? "", "URL": path]))
    }

    /// A check of the plan v2, once what was found is so: result and reason.
    fileprivate func check(
        _ id: String, so isSo: (String) -> Bool
    ) async throws -> String {
        var found = ""
        try await waits(for: "the check \(id), which is \"\(found)\"") {
            guard (try? await api("/v1/status"))?.status == 200 else { return false }
            let answer = try await api("/v1/plans/v2/preflight").json
            guard answer["evaluated_at"]?.string != nil,
                case .array(let checks)? = answer["checks"],
                let check = checks.first(where: { $0["id"]?.string == id }),
                let result = check["result"]?.string
            else { return false }
            found = "\(result): \(check["reason"]?.string ?? "")"
            return isSo(found)
        }
        return found
    }
}
