/// Who runs the supervisor and ends it, as far as that bounds how long the daemon may take to end.
package enum ServiceManager: Sendable, Equatable {
    /// Nobody who would grow impatient.
    case none
    /// - Parameters:
    ///   - stop: how it stops us; nil when that cannot be read.
    ///   - isExtended: it waits for as long as it is told that we still end (EXTEND_TIMEOUT_USEC of
    ///     sd_notify(3)).
    case systemd(stop: Stop?, isExtended: Bool)

    /// How a unit is stopped (systemd.service(5), systemd.kill(5)).
    package struct Stop: Sendable, Equatable {
        /// TimeoutStopSec=; nil for infinity.
        package var timeout: Duration?
        /// KillMode=, as it is written.
        package var killMode: String

        package init(timeout: Duration?, killMode: String) {
            self.timeout = timeout
            self.killMode = killMode
        }
    }
}

extension HostJudge {
    /// Databases need seconds to write down what they have in memory.
    private static let leastGrace = Duration.seconds(5)

    var stopGrace: Finding {
        guard host.grace >= Self.leastGrace else {
            return .warn(
                "the daemon is killed \(host.grace.inWords) after it was told to end",
                "Set DAEMON_SHUTDOWN_GRACE to half a minute.")
        }
        let grace = "the daemon has \(host.grace.inWords) to end"
        return switch host.serviceManager {
        case .none: .pass(grace)
        case .systemd(let stop, true): .pass(grace + extended(stop) + company(stop))
        case .systemd(nil, false):
            .unknown(
                grace + ", and how long systemd waits for it cannot be read",
                "See that TimeoutStopSec= of the unit is longer: systemctl show -p TimeoutStopUSec."
            )
        case .systemd(let stop?, false): fits(stop, grace)
        }
    }

    private func extended(_ stop: ServiceManager.Stop?) -> String {
        guard let timeout = stop?.timeout else { return "" }
        return timeout > host.grace
            ? ", and systemd waits \(timeout.inWords)"
            : ", and systemd waits for it beyond its \(timeout.inWords), as it is asked to"
    }

    private func fits(_ stop: ServiceManager.Stop, _ grace: String) -> Finding {
        guard let timeout = stop.timeout else {
            return .pass(grace + ", and systemd waits as long as it takes" + company(stop))
        }
        guard timeout > host.grace else {
            return .warn(
                grace + ", and systemd kills it after \(timeout.inWords)",
                "Set TimeoutStopSec= of the unit to more than \(host.grace.inWords), "
                    + "or use the unit that comes with Switchyard.")
        }
        return .pass(grace + ", and systemd waits \(timeout.inWords)" + company(stop))
    }

    /// With the guides' unit the daemon does not outlive us.
    private func company(_ stop: ServiceManager.Stop?) -> String {
        guard stop?.killMode == "control-group" else { return "" }
        return "; KillMode=control-group ends it also when the supervisor alone crashes"
    }
}
