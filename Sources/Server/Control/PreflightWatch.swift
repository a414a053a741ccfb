import Supervisor

/// Asks for preflights until they speak of what there is now.
struct PreflightWatch: Sendable {
    let client: ControlClient
    let deadline: Instant

    /// Between two looks; the supervisor waits a second after a change before it looks itself.
    private static let pause = Duration.milliseconds(200)

    typealias Answer = ControlClient.Answer<PreflightView>

    /// The preflight of a plan, up to date unless the time is over.
    func settled(_ name: String) async throws(ControlError) -> Answer {
        let path = ControlClient.path(ofPlan: name)
        while true {
            let answer = try await client.get(path + "/preflight", as: PreflightView.self)
            let plan = try await client.get(path, as: PlanView.self).value
            if answer.value.isSettled(for: plan) || .now >= deadline { return answer }
            _ = await client.loop.wait(until: .now + Self.pause)
        }
    }

    /// Of every plan that is to come, in the supervisor's order.
    func allSettled() async throws(ControlError) -> [Answer] {
        let plans = try await client.get("/v1/plans", as: ListView<PlanView>.self).value.items
        var answers: [Answer] = []
        for plan in plans where plan.isToCome { answers.append(try await settled(plan.name)) }
        return answers
    }
}
