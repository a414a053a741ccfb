import Supervisor

extension Scrape {
    var phaseFamilies: [MetricFamily] {
        [
            .gauge(
                "switchyard_build_info", "Version of the supervisor, always 1.",
                MetricSample(1, ["version": status.supervisor.version])),
            .states(
                "switchyard_phase", "1 for the phase the supervisor is in.", "phase",
                status.phase.name),
            .states(
                "switchyard_blocked_reason",
                "1 for the reason the supervisor is blocked; all 0 when it is not.", "reason",
                status.phase.name == .blocked ? status.phase.reasonCode : nil),
            .gauge(
                "switchyard_phase_since_timestamp_seconds",
                "When the present phase began, since the epoch.",
                MetricSample(status.phase.since)),
            .gauge(
                "switchyard_held", "1 while an operator holds the node stopped.",
                MetricSample(status.hold != nil)),
            .gauge(
                "switchyard_provisional", "1 from a switch until it is verified.",
                MetricSample(status.current?.provisional == true)),
        ]
    }

    var daemonFamilies: [MetricFamily] {
        [
            .gauge(
                "switchyard_daemon_up", "1 while the daemon's process exists.",
                MetricSample(status.daemon?.pid != nil)),
            .counts(
                "switchyard_daemon_starts_total", "Starts of the daemon by reason.", "reason",
                counters.starts),
            .counts(
                "switchyard_daemon_exits_total",
                "Exits of the daemon by kind; killed means by us after the grace.", "kind",
                counters.exits),
            .gauge(
                "switchyard_daemon_start_time_seconds", "Start of the daemon since the epoch.",
                status.daemon?.startedAt.map { MetricSample($0) }),
            .counter(
                "switchyard_daemon_cpu_seconds_total", "User and system time of the daemon.",
                daemonUsage.map { MetricSample($0.cpu) }),
            .gauge(
                "switchyard_daemon_resident_memory_bytes", "Resident memory of the daemon.",
                daemonUsage.map { MetricSample($0.residentBytes) }),
            .gauge(
                "switchyard_daemon_virtual_memory_bytes", "Virtual memory of the daemon.",
                daemonUsage.map { MetricSample($0.virtualBytes) }),
            .gauge(
                "switchyard_daemon_open_fds", "Open descriptors of the daemon.",
                daemonUsage?.openDescriptors.map { MetricSample($0) }),
            .gauge(
                "switchyard_daemon_max_fds", "Limit of open descriptors of the daemon.",
                daemonUsage?.descriptorLimit.map { MetricSample($0) }),
            .gauge(
                "switchyard_daemon_threads", "Threads of the daemon.",
                daemonUsage.map { MetricSample($0.threads) }),
        ]
    }

    var heightFamilies: [MetricFamily] {
        [
            .gauge(
                "switchyard_height", "Last known block height.",
                status.height.map { MetricSample($0.value) }),
            .gauge(
                "switchyard_height_observed_timestamp_seconds",
                "When that height was observed, since the epoch.",
                status.height.map { MetricSample($0.observedAt) }),
            .gauge(
                "switchyard_catching_up", "1 while the node's RPC says it is catching up.",
                status.height?.catchingUp.map { MetricSample($0) }),
        ]
    }
}
