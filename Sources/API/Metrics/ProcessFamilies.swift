import Supervisor

extension Scrape {
    /// What Prometheus' client libraries tell of every process.
    var processFamilies: [MetricFamily] {
        let usage = ownUsage
        return [
            .counter(
                "process_cpu_seconds_total", "User and system time of the supervisor.",
                usage.map { MetricSample($0.cpu) }),
            .gauge(
                "process_open_fds", "Open descriptors of the supervisor.",
                usage?.openDescriptors.map { MetricSample($0) }),
            .gauge(
                "process_max_fds", "Limit of open descriptors of the supervisor.",
                usage?.descriptorLimit.map { MetricSample($0) }),
            .gauge(
                "process_virtual_memory_bytes", "Virtual memory of the supervisor.",
                usage.map { MetricSample($0.virtualBytes) }),
            .gauge(
                "process_virtual_memory_max_bytes", "Limit of virtual memory of the supervisor.",
                usage?.virtualLimit.map { MetricSample($0) }),
            .gauge(
                "process_resident_memory_bytes", "Resident memory of the supervisor.",
                usage.map { MetricSample($0.residentBytes) }),
            .gauge(
                "process_start_time_seconds", "Start of the supervisor since the epoch.",
                MetricSample(status.supervisor.startedAt)),
            .gauge(
                "process_threads", "Threads of the supervisor.",
                usage.map { MetricSample($0.threads) }),
        ]
    }
}
