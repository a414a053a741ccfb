import Supervisor

extension Scrape {
    var httpFamilies: [MetricFamily] {
        [
            .counter(
                "switchyard_http_requests_total",
                "Answered requests by route template, else unmatched.", requestSamples),
            MetricFamily(
                name: "switchyard_http_request_duration_seconds",
                help: "Time from the head read to the answer written, without streams and uploads.",
                content: .histogram(
                    ListenerKind.allCases.compactMap { kind in
                        http.durations[kind].map { (["listener": kind.rawValue], $0) }
                    })),
            .counts(
                "switchyard_http_refused_total",
                "Requests and connections refused before any work.", "reason", http.refused),
            .levels(
                "switchyard_http_connections", "Open connections.", "listener", http.connections),
            .counts(
                "switchyard_http_connections_evicted_total",
                "Idle connections closed to make room.", "listener", http.evictions),
            .gauge(
                "switchyard_event_streams", "Open event streams and waiters.",
                MetricSample(http.streams)),
            .counter(
                "switchyard_events_dropped_total",
                "Events that could not be written to the history.",
                MetricSample(droppedEvents)),
        ]
    }

    var ownFamilies: [MetricFamily] {
        [
            .gauge(
                "switchyard_config_reload_success",
                "1 if the last reload of the configuration was taken.",
                MetricSample(counters.isConfigurationTaken)),
            .gauge(
                "switchyard_watchdog_enabled", "1 if systemd expects watchdog pings.",
                MetricSample(status.supervisor.watchdog)),
            .counter(
                "switchyard_watchdog_pings_total", "Watchdog pings sent.",
                MetricSample(counters.watchdogPings)),
        ]
    }

    /// What was counted, and of each route a success, so that its first one shows as an increase.
    private var requestSamples: [MetricSample] {
        var requests = http.requests
        for route in routes {
            let name = HTTPCounters.RequestName(
                route: route.template, method: route.method.rawValue, code: HTTPStatus.ok.rawValue)
            requests[name, default: 0] += 0
        }
        let sorted = requests.sorted { left, right in
            (left.key.route, left.key.method, left.key.code)
                < (right.key.route, right.key.method, right.key.code)
        }
        return sorted.map { name, count in
            MetricSample(
                count, ["route": name.route, "method": name.method, "code": "\(name.code)"])
        }
    }
}
