import FoundationEssentials
import Glibc
import Testing

/// What is scraped from the real supervisor of a node that really upgrades.
@Suite struct MetricsTests {
    @Test func `an upgrade, a crash of the supervisor and an adoption are counted`() async throws {
        let node = try TestNode()
        try node.start()
        try await node.isUpgraded()
        let text = try UnixClient.get("/metrics", socket: node.socket)
        for line in [
            "switchyard_daemon_starts_total{reason=\"first\"} 1",
            "switchyard_daemon_starts_total{reason=\"upgrade\"} 1",
            "switchyard_switches_total{result=\"succeeded\"} 1",
            "switchyard_switch_downtime_seconds_count 1", "switchyard_phase{phase=\"running\"} 1",
            "switchyard_daemon_up 1", "switchyard_provisional 0",
        ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
        for name in ["daemon_resident_memory_bytes", "height", "last_backup_timestamp_seconds"] {
            #expect(text.contains("\nswitchyard_\(name) "), "\(name)")
        }
        #expect(text.split(separator: "\n").count { !$0.hasPrefix("#") } < 450)
        // Which was asked for until it showed the upgrade.
        let asked =
            #"switchyard_http_requests_total{route="/v1/status",method="GET",code="200"}"#
        #expect(text.contains("\n\(asked) ") && !text.contains("\n\(asked) 0\n"))
        try await node.kill9()
        try node.start()
        try await node.shows("the adopted node") { $0.daemon?.adopted == true }
        let again = try UnixClient.get("/metrics", socket: node.socket)
        #expect(again.contains("\nswitchyard_daemon_starts_total{reason=\"adopted\"} 1\n"))
        #expect(again.contains("\nswitchyard_daemon_starts_total{reason=\"first\"} 0\n"))
        try await node.stop()
    }

    @Test(.enabled(if: Prometheus.isThere, "Debian's prometheus"))
    func `a real Prometheus scrapes it with the shipped configuration`() async throws {
        let node = try TestNode()
        let port = try TestNode.freePort()
        let listen = "unix:\(node.socket),tcp:127.0.0.1:\(port)"
        let token = node.path + "/token"
        let making = try TestProcess(
            "/bin/sh",
            ["-c", "exec \(Programs.switchyard) token create --scope read --label p >\(token)"],
            environment: ["DAEMON_HOME": node.path, "DAEMON_NAME": "simd"], log: "/dev/null")
        try await eventually("the token is made") { making.exitCode() == 0 }
        try node.start(["SWITCHYARD_LISTEN": listen])
        try await node.reaches(3, "v1")
        let prometheus = try Prometheus(
            scraping: "127.0.0.1:\(port)", tokenFile: token, in: node.path)
        try await eventually("it is up\n\(prometheus.log)") { prometheus.value("up") == "1" }
        let phase = "switchyard_phase{phase=\"running\"}"
        try await eventually("the phase is there") { prometheus.value(phase) == "1" }
        #expect(prometheus.value("switchyard_daemon_starts_total{reason=\"first\"}") == "1")
        // What is counted by its type can be asked for as such: the format was understood.
        #expect(prometheus.get("/api/v1/targets").contains("\"health\":\"up\""))
        #expect(
            prometheus.get("/api/v1/metadata?metric=switchyard_daemon_starts").contains("counter")
                || prometheus.get("/api/v1/metadata?metric=switchyard_daemon_starts_total")
                    .contains("counter")
        )
        try await eventually("every rule was evaluated") {
            prometheus.get("/api/v1/rules").split(separator: "\"health\":\"ok\"").count == 9
        }
        try await node.stop()
        try await eventually("it is down") { prometheus.value("up") == "0" }
    }
}
