import FoundationEssentials
import Glibc
import Logging

/// Plans by height: which of the plan book comes next, and how the daemon is made to halt for it.
extension NodeSupervisor {
    /// Reads the plan book for the plan by height that comes next.
    func readHeightPlans() async {
        let book = plans
        memory.heightPlans = await onPool { book.heightPlans }
        judging.raise()
        following.raise()
    }

    /// The lowest that `current` has not passed; nil when there is none.
    ///
    /// What `current` is tells which are past: its own plan file has its height.
    func nextHeightPlan(after current: CurrentRelease) -> UpgradePlan? {
        let reached: Height
        switch current {
        case .genesis, .upgrade(_, height: nil): reached = 0
        case .upgrade(_, let height?): reached = height
        case .broken: return nil
        }
        return memory.heightPlans.first {
            $0.height > reached && $0.name.directory != current.upgradeDirectory
        }
    }

    /// Everything the judge wants to know of the plan by height that comes next.
    func heightFacts(current: CurrentRelease) async -> HeightFacts? {
        guard let plan = nextHeightPlan(after: current),
            let running = try? CurrentLink(setup.home).resolve()
        else { return nil }
        var facts = HeightFacts(plan: plan, style: styleOfDaemon(from: running))
        let release = setup.home.release(for: plan.name)
        facts.binary = await readyBinary(of: release)
        facts.missingBecause = troubleGettingBinary(of: release)
        facts.wanted = wantedHalt(facts, of: running)
        facts.served = memory.servedHalt
        facts.isLogOfThisRun = isLogOfThisRun
        facts.heightAtStart = memory.heightAtStart
        facts.watches = setup.watchesHeights
        return facts
    }

    /// The log has been added to since this child began, or begun anew.
    var isLogOfThisRun: Bool {
        guard let size = memory.log?.size, let start = memory.logAtStart else { return false }
        return size != start
    }

    private func wantedHalt(_ facts: HeightFacts, of release: Release) -> HaltSetting? {
        guard let exact = facts.exactHalt else { return operatorsHalt(of: release).effective }
        return operatorsHalt(of: release).effective(wanting: exact)
    }

    /// What was found when it was started: its file may be another since.
    private func styleOfDaemon(from release: Release) -> Result<HaltStyle, HeightTrouble> {
        if let style = memory.haltStyle, memory.release == release { return .success(style) }
        return haltStyle(of: release)
    }

    /// The halt height that a start of this release is given, and how it will keep it.
    func haltForStart(of release: Release) async -> (HaltSetting?, HaltStyle?) {
        let current = CurrentLink(setup.home).facts()
        guard let next = nextHeightPlan(after: current) else {
            return (operatorsHalt(of: release).effective, nil)
        }
        let style = await learnStyle(of: release)
        let facts = HeightFacts(plan: next, style: style)
        return (wantedHalt(facts, of: release), try? style.get())
    }

    func haltVariable(of release: Release) -> String {
        DaemonVariable.name("HALT_HEIGHT", ofBinary: executable(of: release))
    }

    /// Links resolved, as the daemon itself sees its name.
    private func executable(of release: Release) -> String {
        guard let resolved = realpath(release.binary, nil) else { return release.binary }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private func operatorsHalt(of release: Release) -> OperatorsHalt {
        OperatorsHalt(of: setup, binary: executable(of: release))
    }

    /// How long the daemon need not be asked for its heights; nil for as long as usual.
    var pauseBeforeHeightPlan: Duration? {
        guard let next = memory.heightVerdict?.plan, let heights = memory.heights?.heights,
            let stored = heights.stored
        else { return nil }
        let near: Duration = .milliseconds(setup.watchesHeights ? 50 : 250)
        if isNearHeightPlan { return near }
        guard setup.watchesHeights else { return nil }
        guard heights.catchingUp != true, let perBlock = memory.pace.perBlock else { return near }
        let blocks = min(next.height - 3 - stored, 1_000_000)
        return min(max(perBlock * Int(blocks), near), .seconds(5))
    }

    /// Near the plan's height the daemon is asked more often, for it may halt at any moment.
    var isNearHeightPlan: Bool {
        guard let next = memory.heightVerdict?.plan, let heights = memory.heights?.heights,
            let stored = heights.stored
        else { return false }
        return stored >= next.height - 3
    }

    /// Asks the daemon itself what it has taken as its halt height.
    func confirmHalt(of generation: Int) async {
        guard memory.halt?.source == .plan, memory.servedHalt == nil else { return }
        let served = await haltHeight(until: .now + .seconds(5))
        // 0 is said by versions that have no such field, too; those of today mean it.
        guard memory.generation == generation, let served,
            served > 0 || memory.haltStyle == .beforeBlock
        else { return }
        memory.servedHalt = served
        judging.raise()
    }

    /// What keeps the plan of that folder from being exact; nil for plans of the chain.
    func heightTrouble(of directory: String) -> HeightTrouble? {
        guard let verdict = memory.heightVerdict, let plan = verdict.plan,
            setup.home.release(for: plan.name).directory == directory
        else { return nil }
        return verdict.trouble
    }

    func note(heightVerdict verdict: Verdict?) {
        let told = memory.heightVerdict
        memory.heightVerdict = verdict
        guard verdict?.reason != told?.reason || verdict?.row != told?.row else { return }
        guard let verdict, let plan = verdict.plan else { return }
        guard verdict.row != .heightMissed else { return noteMissed(verdict, plan) }
        guard verdict.ruling == .carryOn, verdict.row != .heightUnjudged else { return }
        log.info(
            "\(verdict.reason)",
            metadata: [
                "plan.name": "\(plan.name.text)", "plan.state": "\(verdict.state.rawValue)",
                "rule": "\(verdict.row.rawValue)",
            ])
    }

    /// Writes the plan file of a plan by height, as the chain would have: the new binary finds its
    /// new stores by it.
    ///
    /// - Throws: What the chain itself asks for is never written over.
    func writeIfByHeight(_ plan: UpgradePlan) async throws(StepError) {
        guard memory.due?.concerns(plan) == true, memory.due?.isByHeight == true else { return }
        let home = setup.home
        if let other = planFile().plan {
            if other.name == plan.name, other.height == plan.height { return }
            if other.name != plan.name, other.height >= plan.height {
                throw .blocked(.planInTheWay(plan, other))
            }
        }
        try await blocking(.homeUnreadable, "make \(home.data) writable") {
            () throws(SystemError) in
            try DurableFile.replace(home.planFile, with: plan.json)
        }
        memory.seenPlan = nil
    }

    /// Writes down that a plan's height was passed by another binary than its own.
    private func noteMissed(_ verdict: Verdict, _ plan: UpgradePlan) {
        guard let index = memory.heightPlans.firstIndex(of: plan) else { return }
        memory.heightPlans.remove(at: index)
        log.warning("\(verdict.reason)", metadata: ["plan.name": "\(plan.name.text)"])
        let book = plans
        let passed = PlanDeclaration.Passed(at: Date(), reason: verdict.reason)
        work {
            await self.onPool {
                guard let entry = book.entry(of: plan.name) else { return }
                var new = entry
                new.declaration?.passed = passed
                // Said again after the next start, if it cannot be written now.
                try? book.replace(entry, with: new, of: plan.name)
            }
            self.publishing.raise()
        }
    }
}

extension PlanBook {
    /// Those of operators that are to be carried out at their heights, by height.
    var heightPlans: [UpgradePlan] {
        pages.compactMap { page -> UpgradePlan? in
            guard case .entry(let entry) = page, entry.hold == nil,
                let declaration = entry.declaration, declaration.trigger == .height,
                declaration.passed == nil, let height = declaration.height
            else { return nil }
            return UpgradePlan(name: entry.name, height: height, info: declaration.info ?? "")
        }.sorted { ($0.height, $0.name.text) < ($1.height, $1.name.text) }
    }
}
