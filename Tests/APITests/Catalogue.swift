import FoundationEssentials
import Glibc

@testable import API
@testable import Supervisor

extension Scrape {
    /// - Parameter usage: Of the supervisor and the daemon alike.
    init(
        _ status: Status, counters: Counters.Values = Counters.Values(),
        http: HTTPCounters.Values = HTTPCounters().snapshot, usage: ProcessUsage? = nil
    ) {
        let routes = Router(board: StatusBoard(status)).routes.map {
            RouteName(method: $0.method, template: $0.template)
        }
        self.init(
            status: status, counters: counters, http: http, droppedEvents: 0, routes: routes,
            ownUsage: usage,
            daemonUsage: usage, now: moment)
    }

    /// Nothing is known but that the supervisor runs.
    static var bare: Scrape { Scrape(.bare) }

    /// Everything is known, and some of everything has happened.
    static var full: Scrape {
        var status = Status.full
        status.next?.expectedAt = moment + 60
        var counters = Counters.Values()
        counters.starts[.upgrade] = 1
        counters.exits[.killed] = 2
        counters.downtime.observe(.milliseconds(214))
        let steps = UpgradeStep.allCases.map { ($0, Duration.milliseconds(50)) }
        counters.lastSwitch = Counters.SwitchTimes(
            steps: Dictionary(uniqueKeysWithValues: steps), endedAt: moment)
        counters.lastBackup = Counters.BackupTimes(endedAt: moment, took: .seconds(3))
        var http = HTTPCounters().snapshot
        for _ in 0..<3 { http.answered("/v1/status", .get, with: .ok) }
        http.answered(Router.unmatched, nil, with: .notImplemented)
        http.took(.microseconds(400), on: .unix)
        var usage = ProcessUsage(pid: getpid())
        usage?.virtualLimit = 1 << 40
        usage?.descriptorLimit = 1024
        return Scrape(status, counters: counters, http: http, usage: usage)
    }
}

/// The contract's list of families.
enum Catalogue {
    static let all =
        """
        switchyard_build_info switchyard_phase switchyard_blocked_reason switchyard_held \
        switchyard_provisional switchyard_daemon_up switchyard_daemon_starts_total \
        switchyard_daemon_exits_total switchyard_daemon_start_time_seconds \
        switchyard_daemon_cpu_seconds_total switchyard_daemon_resident_memory_bytes \
        switchyard_daemon_virtual_memory_bytes switchyard_daemon_open_fds \
        switchyard_daemon_max_fds switchyard_daemon_threads switchyard_height \
        switchyard_height_observed_timestamp_seconds switchyard_catching_up \
        switchyard_next_plan_info switchyard_next_plan_height \
        switchyard_next_plan_remaining_blocks switchyard_next_plan_remaining_seconds \
        switchyard_next_plan_binary_present switchyard_next_plan_verdict \
        switchyard_next_plan_check switchyard_plans switchyard_plan_file_invalid \
        switchyard_watch_errors_total switchyard_switches_total \
        switchyard_switch_downtime_seconds switchyard_last_switch_step_seconds \
        switchyard_last_switch_timestamp_seconds switchyard_phase_since_timestamp_seconds \
        switchyard_last_backup_timestamp_seconds switchyard_last_backup_duration_seconds \
        switchyard_operations_total switchyard_operation_running switchyard_quarantine_bytes \
        switchyard_uploads_active switchyard_upload_received_bytes_total \
        switchyard_http_requests_total switchyard_http_request_duration_seconds \
        switchyard_http_refused_total switchyard_http_connections \
        switchyard_http_connections_evicted_total switchyard_event_streams \
        switchyard_events_dropped_total switchyard_config_reload_success \
        switchyard_watchdog_enabled switchyard_watchdog_pings_total process_cpu_seconds_total \
        process_open_fds process_max_fds process_virtual_memory_bytes \
        process_virtual_memory_max_bytes process_resident_memory_bytes \
        process_start_time_seconds process_threads
        """.split(separator: " ").map(String.init)

    /// A number that is not known is left out.
    static let absentWithoutKnowledge = all.filter { name in
        let isUsage =
            name.hasPrefix("process_") && name != "process_start_time_seconds"
            || name.hasPrefix("switchyard_daemon_") && !name.contains("s_total")
                && name != "switchyard_daemon_up"
            || name == "switchyard_daemon_cpu_seconds_total"
        let isNextPlan =
            name.hasPrefix("switchyard_next_plan_") && !name.hasSuffix("_verdict")
            && !name.hasSuffix("_check")
        return isUsage || isNextPlan || name.hasPrefix("switchyard_height")
            || name == "switchyard_catching_up" || name.hasPrefix("switchyard_last_")
    }

    /// Samples of a supervisor that has just begun.
    static let zeros =
        [
            "switchyard_held", "switchyard_provisional", "switchyard_daemon_up",
            "switchyard_plan_file_invalid", "switchyard_switch_downtime_seconds_sum",
            "switchyard_switch_downtime_seconds_count", "switchyard_quarantine_bytes",
            "switchyard_uploads_active", "switchyard_upload_received_bytes_total",
            "switchyard_event_streams", "switchyard_events_dropped_total",
            "switchyard_watchdog_pings_total",
            "switchyard_http_requests_total{route=\"/metrics\",method=\"GET\",code=\"200\"}",
            "switchyard_http_request_duration_seconds_count{listener=\"tcp\"}",
        ]
        + each("phase", "phase", "running stopping upgrading blocked backing_off ended")
        + each("blocked_reason", "reason", "binary_rejected disk_full foreign_daemon")
        + each("daemon_starts_total", "reason", "first crash request upgrade adopted")
        + each("daemon_exits_total", "kind", "clean error signal killed")
        + each("next_plan_verdict", "verdict", "pass warn fail unknown")
        + each("plans", "state", "pending due upgrading provisional applied invalid")
        + each("watch_errors_total", "source", "plan_file directory rpc plan_book")
        + each("switches_total", "result", "succeeded failed cancelled rolled_back")
        + each(
            "operation_running", "kind",
            "start stop restart prepare switch rollback backup restore")
        + each(
            "http_refused_total", "reason",
            "syntax host origin credentials scope limit timeout capacity")
        + each("http_connections", "listener", "unix tcp")
        + each("http_connections_evicted_total", "listener", "unix tcp")

    private static func each(_ family: String, _ label: String, _ values: String) -> [String] {
        values.split(separator: " ").map { "switchyard_\(family){\(label)=\"\($0)\"}" }
    }
}
