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
        try await node.kill9()
        try node.start()
        try await node.shows("the adopted node") { $0.daemon?.adopted == true }
        let again = try UnixClient.get("/metrics", socket: node.socket)
        #expect(again.contains("\nswitchyard_daemon_starts_total{reason=\"adopted\"} 1\n"))
        #expect(again.contains("\nswitchyard_daemon_starts_total{reason=\"first\"} 0\n"))
        try await node.stop()
    }
}
