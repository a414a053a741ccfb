import FoundationEssentials
import Supervisor

extension Scrape {
    var nextPlanFamilies: [MetricFamily] {
        let next = status.next
        return [
            .gauge(
                "switchyard_next_plan_info",
                "The next plan that is not applied, always 1; absent without one.",
                next.map { MetricSample(1, ["plan": $0.plan]) }),
            .gauge(
                "switchyard_next_plan_height", "Height of the next plan.",
                next.map { MetricSample($0.height) }),
            .gauge(
                "switchyard_next_plan_remaining_blocks", "Blocks until the next plan's height.",
                next?.blocksLeft.map { MetricSample($0) }),
            .gauge(
                "switchyard_next_plan_remaining_seconds",
                "Estimated time until the next plan's height.",
                next?.expectedAt.map { MetricSample(max(0, $0.timeIntervalSince(now))) }),
            .gauge(
                "switchyard_next_plan_binary_present", "1 if the next plan's binary is staged.",
                hasBinary.map { MetricSample($0) }),
            .states(
                "switchyard_next_plan_verdict", "1 for the next plan's preflight verdict.",
                "verdict", next?.verdict),
            checks,
        ]
    }

    var planFamilies: [MetricFamily] {
        [
            .gauge(
                "switchyard_plans", "Known plans by state.",
                PlanState.allCases.map { state in
                    MetricSample(
                        status.plans.count { $0.state == state }, ["state": state.rawValue])
                }),
            .gauge(
                "switchyard_plan_file_invalid",
                "1 while upgrade-info.json is there and can't be understood.",
                MetricSample(status.isPlanFileInvalid)),
            .counts(
                "switchyard_watch_errors_total", "Errors in looking for plans and heights.",
                "source", counters.watchErrors),
        ]
    }

    /// Nil when there is no next plan.
    private var hasBinary: Bool? {
        guard let next = status.next else { return nil }
        return status.plans.first { $0.name == next.plan }?.binary.isStaged ?? false
    }

    private var checks: MetricFamily {
        .gauge(
            "switchyard_next_plan_check", "1 for the result of each check of the next plan.",
            PreflightCheck.ID.allCases.flatMap { check in
                PreflightResult.allCases.map { result in
                    MetricSample(
                        self.result(of: check) == result,
                        ["check": check.rawValue, "result": result.rawValue])
                }
            })
    }

    /// Nil when there is no next plan, or it has not been looked at.
    private func result(of check: PreflightCheck.ID) -> PreflightResult? {
        let plan = status.plans.first { $0.name == status.next?.plan }
        let preflight = plan.flatMap { status.preflights[$0.directory] }
        return preflight?.checks.first { $0.id == check }?.result
    }
}
