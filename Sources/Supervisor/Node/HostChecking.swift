import Logging

/// What was found last of what all plans have in common.
struct KnownHost: Sendable {
    var checks: [PreflightCheck] = []
    /// It was looked at, and nothing was learnt since.
    var isKnown = false
    var serviceManager = ServiceManager.none
}

/// What stands against any upgrade of this node, said in the log as well: also where no plan is known.
extension NodeSupervisor {
    /// Learns who runs us, once that could be asked.
    package func note(_ manager: ServiceManager) {
        guard manager != memory.host.serviceManager else { return }
        memory.host.serviceManager = manager
        memory.host.isKnown = false
        publish()
    }

    /// Says what is amiss and was not said before; figures alone make no news.
    func tellHostChecks(_ judge: HostJudge) {
        let (before, checks) = (memory.host.checks, judge.checks)
        memory.host.checks = checks
        // Something may have been learnt while the disk was looked at.
        memory.host.isKnown = judge.host.serviceManager == memory.host.serviceManager
        for check in checks {
            let isTold = before.contains {
                $0.id == check.id && $0.result == check.result && $0.remedy == check.remedy
            }
            switch check.result {
            case .pass, .unknown: break
            case .warn where isTold, .fail where isTold: break
            case .warn, .fail:
                log.warning(
                    "not ready for an upgrade: \(check.reason)",
                    metadata: [
                        "check": "\(check.id.rawValue)", "remedy": "\(check.remedy ?? "")",
                    ])
            }
        }
    }
}
