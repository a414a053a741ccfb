import Supervisor

extension Scrape {
    var switchFamilies: [MetricFamily] {
        [
            .counts(
                "switchyard_switches_total", "Switches by result.", "result", counters.switches),
            MetricFamily(
                name: "switchyard_switch_downtime_seconds",
                help: "From the stop of the old daemon to the start of the new one.",
                content: .histogram([([:] as MetricLabels, counters.downtime)])),
            .gauge(
                "switchyard_last_switch_step_seconds", "Duration of each step of the last switch.",
                UpgradeStep.allCases.compactMap { step in
                    counters.lastSwitch?.steps[step].map {
                        MetricSample($0.inSeconds, ["step": step.rawValue])
                    }
                }),
            .gauge(
                "switchyard_last_switch_timestamp_seconds",
                "End of the last switch since the epoch.",
                counters.lastSwitch.map { MetricSample($0.endedAt) }),
            .gauge(
                "switchyard_last_backup_timestamp_seconds",
                "End of the last complete backup since the epoch.",
                counters.lastBackup.map { MetricSample($0.endedAt) }),
            .gauge(
                "switchyard_last_backup_duration_seconds", "Duration of the last complete backup.",
                counters.lastBackup.map { MetricSample($0.took.inSeconds) }),
        ]
    }

    var workFamilies: [MetricFamily] {
        [
            .counter(
                "switchyard_operations_total", "Finished operations.",
                Counters.OperationOutcome.allCases.map { outcome in
                    MetricSample(
                        counters.operations[outcome],
                        ["kind": outcome.kind.rawValue, "result": outcome.result.rawValue])
                }),
            .gauge(
                "switchyard_operation_running", "Operations under way.",
                Operation.Kind.allCases.map { kind in
                    MetricSample(
                        status.operations.running.count { $0.kind == kind },
                        ["kind": kind.rawValue])
                }),
            .gauge(
                "switchyard_quarantine_bytes", "Bytes in quarantine, partial uploads included.",
                MetricSample(counters.quarantineBytes)),
            .gauge(
                "switchyard_uploads_active", "Uploads under way.",
                MetricSample(counters.activeUploads)),
            .counter(
                "switchyard_upload_received_bytes_total", "Bytes of uploads received.",
                MetricSample(counters.receivedUploadBytes)),
        ]
    }
}
