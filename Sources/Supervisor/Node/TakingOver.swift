import Logging

extension NodeSupervisor {
    /// Takes over what operators gave to Cosmovisor; nothing of it keeps the node from starting.
    ///
    /// To be called between `prepare` and `run`.
    package func takeOverPlans() async {
        let takeover = Takeover(setup.home, into: plans)
        let report = await onPool { takeover.carryOut() }
        for plan in report.declared {
            log.notice("took over Cosmovisor's plan for a height", metadata: plan.names)
        }
        for left in report.left {
            log.notice(
                "left Cosmovisor's plan",
                metadata: left.plan.names.merging(["why": "\(left.why)"]) { $1 })
        }
        if let path = report.batch {
            log.notice(
                "put Cosmovisor's batch aside; renamed back, it is Cosmovisor's again",
                metadata: ["file": "\(path)"])
        }
        for warning in report.warnings {
            log.warning(
                "Cosmovisor's plans could not be taken over",
                metadata: [
                    "file": "\(warning.file)", "why": "\(warning.what)",
                    "remedy": "\(warning.remedy)",
                ])
        }
    }
}

extension UpgradePlan {
    fileprivate var names: Logger.Metadata {
        ["plan.name": "\(name.text)", "plan.height": "\(height)"]
    }
}
