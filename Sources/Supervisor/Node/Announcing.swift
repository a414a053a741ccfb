import FoundationEssentials
import Logging

/// Plans that the chain's own state tells of, days before the node writes its file.
///
/// Such a plan is shown, its binary is fetched and looked at, and nothing is due by it: only the file
/// says that the height has come (docs/decisions/0023).
extension NodeSupervisor {
    struct Announcement: Sendable, Equatable {
        let plan: UpgradePlan
        /// When it was first heard of.
        let since: Date
        let source: ChainSource
    }

    /// Asks now and then; at once when a daemon first shows its heights, which raises `asking`.
    func keepAskingChain() async {
        await loadApplied()
        var failures = 0
        while await asking.wait(until: .now + pause(after: failures)) != .cancelled {
            guard mayAskChain else { continue }
            failures = await askChain() ? 0 : failures + 1
        }
    }

    /// A minute; from one that does not answer, ten times as long in the end, for gRPC costs a
    /// process each time.
    private func pause(after failures: Int) -> Duration {
        // A daemon without RPC shows no heights by which it would be asked at once.
        if memory.chain.askedGeneration != memory.generation { return .seconds(10) }
        // Not all nodes of a host at the same moment.
        return min(.seconds(60) * (1 << min(failures, 4)), .seconds(600))
            * Double.random(in: 0.9...1.1)
    }

    /// One that catches up tells the plans of long ago.
    private var mayAskChain: Bool {
        guard case .running = lifecycle.phase, memory.child != nil else { return false }
        guard memory.heights != nil || isComet else { return false }
        return memory.heights?.heights.catchingUp != true
    }

    /// - Returns: Whether it was answered.
    private func askChain() async -> Bool {
        let generation = memory.generation
        if memory.chain.askedGeneration != generation { memory.chain.begin(generation) }
        do throws(ChainQueryError) {
            let (plan, source) = try await currentPlan(first: .rpc, until: .now + .seconds(20))
            memory.chain.trouble = nil
            guard memory.generation == generation else { return true }
            note(plan, from: source)
        } catch {
            if memory.chain.trouble != error {
                log.info("the chain was not asked for its plan", metadata: ["error": "\(error)"])
            }
            memory.chain.trouble = error
            return false
        }
        await confirmHalt(of: generation)
        await askWhatWasApplied()
        return true
    }

    /// Takes what the chain says now in the place of what it said before.
    private func note(_ plan: ChainPlan?, from source: ChainSource) {
        let before = memory.chain.announcement
        let plan = plan.flatMap(upgradePlan)
        guard plan != before?.plan || (plan != nil && source != before?.source) else { return }
        memory.chain.announcement = plan.map {
            Announcement(
                plan: $0, since: before?.plan.name == $0.name ? before?.since ?? Date() : Date(),
                source: source)
        }
        if plan != before?.plan { tellLog(of: plan, insteadOf: before?.plan) }
        publish()
    }

    private func tellLog(of plan: UpgradePlan?, insteadOf before: UpgradePlan?) {
        guard let told = plan ?? before else { return }
        let message: Logger.Message =
            switch (before, plan) {
            case (_, nil): "the chain has no upgrade scheduled any more"
            case (let before?, let plan?) where before.name == plan.name:
                "the chain has changed its upgrade"
            default: "the chain has scheduled an upgrade"
            }
        log.notice(
            message,
            metadata: ["plan.name": "\(told.name.text)", "plan.height": "\(told.height)"])
    }

    /// Nil for what no folder can be named after, which the log tells once.
    package func upgradePlan(_ plan: ChainPlan) -> UpgradePlan? {
        do throws(PlanNameError) {
            let name = try planName(plan.name)
            guard plan.height > 0 else { return nil }
            return UpgradePlan(name: name, height: plan.height, info: plan.info)
        } catch {
            if memory.chain.badName != plan.name {
                log.warning(
                    "the chain's plan has a name that cannot be a folder's",
                    metadata: ["plan.name": "\(plan.name)", "error": "\(error)"])
            }
            memory.chain.badName = plan.name
            return nil
        }
    }

    // MARK: - What is known by it

    /// The plan that the chain has scheduled, until its height has passed: what was told before that
    /// says nothing after it.
    var announcedFacts: PlanFacts? {
        guard let announcement = memory.chain.announcement else { return nil }
        let plan = announcement.plan
        let progress = DeclaredPlan(
            PlanDeclaration(trigger: .chain, height: plan.height), stored: knownHeight,
            applied: nil)
        guard progress.state == .pending else { return nil }
        let release = setup.home.release(for: plan.name)
        return PlanFacts(
            name: plan.name.text, directory: release.directory, origin: .chain, trigger: .chain,
            height: plan.height, info: plan.info.isEmpty ? nil : plan.info,
            state: progress.state, reasonCode: progress.code, reason: progress.reason,
            binary: binaryFacts(of: release), createdAt: announcement.since, appliedAt: nil)
    }

    /// The plan is known by what another host said in plain text, which whoever is between may have
    /// written: it is shown, and nothing is fetched for it.
    func isHearsay(_ plan: PlanFacts) -> Bool {
        guard let announcement = memory.chain.announcement, announcement.source == .grpc,
            announcement.plan.height == plan.height,
            setup.home.release(for: announcement.plan.name).directory == plan.directory,
            planFile().plan != announcement.plan
        else { return false }
        return !(setup.grpcAddress.map(Self.isTrustworthy) ?? false)
    }

    /// TLS, or this host.
    private static func isTrustworthy(_ address: String) -> Bool {
        var host = address.lowercased()
        if host.hasPrefix("https://") { return true }
        if host.hasPrefix("http://") { host.removeFirst("http://".count) }
        return ["localhost:", "127.0.0.1:", "[::1]:"].contains { host.hasPrefix($0) }
    }
}
