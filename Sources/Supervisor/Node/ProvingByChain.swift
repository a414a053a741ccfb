import FoundationEssentials
import Logging

/// What the chain itself says that it applied, which nothing else proves: asked after a start, and
/// written down, so that it need not be asked again.
extension NodeSupervisor {
    func loadApplied() async {
        let home = setup.home
        memory.chain.applied = await onPool { AppliedRecord.load(from: home) }
        publishing.raise()
    }

    /// Of the plan that `current` is named after, and of a plan file that was passed.
    func askWhatWasApplied() async {
        guard let applied = memory.heights?.heights.applied, applied > 0 else { return }
        let generation = memory.generation
        for plan in plansToProve where plan.height <= applied {
            let directory = setup.home.release(for: plan.name).directory
            // One of a later height is of data that are not here any more.
            if let known = memory.chain.applied[directory], known <= applied { continue }
            guard !memory.chain.unproven.contains(plan) else { continue }
            let height: Height?
            do throws(ChainQueryError) {
                height = try await appliedHeight(of: plan.name.text, until: .now + .seconds(10))
            } catch {
                return
            }
            guard memory.generation == generation else { return }
            await note(plan, appliedAt: height, in: directory)
        }
    }

    private var plansToProve: [UpgradePlan] {
        let current = memory.release.flatMap {
            PlanFile(at: $0.planFile, case: setup.home.letterCase).plan
        }
        let file = memory.verdict.flatMap { $0.state == .stale ? $0.plan : nil }
        return [current, file].compactMap(\.self)
    }

    private func note(
        _ plan: UpgradePlan, appliedAt height: Height?, in directory: String
    ) async {
        let before = facts(in: directory)
        let isNew = memory.chain.applied[directory] != height
        memory.chain.applied[directory] = height
        if height == nil { memory.chain.unproven.insert(plan) }
        guard isNew else { return }
        publish()
        if let height, let before { tellProof(of: before, appliedAt: height) }
        await storeApplied()
    }

    /// Any other state becomes another by this, which is told with the plans.
    private func tellProof(of facts: PlanFacts, appliedAt height: Height) {
        guard facts.state == .applied else { return }
        tell(
            .planChanged,
            .object([
                "plan": .string(facts.name), "from": .string(facts.state.rawValue),
                "to": .string(facts.state.rawValue), "height": JSONValue(height),
                "reason_code": .string(PlanReason.verified.rawValue),
                "reason": .string(PlanFacts.reason(forAppliedAt: height)),
            ]))
    }

    private func storeApplied() async {
        let (home, applied) = (setup.home, memory.chain.applied)
        do throws(SystemError) {
            try await onPool { () throws(SystemError) in
                try AppliedRecord.store(applied, in: home)
            }
        } catch {
            log.warning(
                "what the chain has applied could not be written down",
                metadata: ["error": "\(error)"])
        }
    }
}

extension PlanFacts {
    static func reason(forAppliedAt height: Height) -> String {
        "the chain applied it at \(height)"
    }

    /// - Parameter current: what runs now, as its folder is called.
    mutating func prove(appliedAt height: Height, under current: String?) {
        switch state {
        case .applied: reason = Self.reason(forAppliedAt: height)
        case .stale:
            state = .applied
            reasonCode = .verified
            reason = Self.reason(forAppliedAt: height) + (current.map { "; \($0) has it" } ?? "")
        case .pending, .due, .upgrading, .provisional, .blocked, .cancelled, .invalid: break
        }
    }
}

/// The heights at which the chain says that it applied plans, by the plans' folders, on disk.
enum AppliedRecord {
    private static let limit = 1 << 20

    /// Empty when there is none, or none that can be read: then the chain is asked again.
    static func load(from home: Home) -> [String: Height] {
        guard let reading = try? ForeignFile.read(home.appliedRecord, limit: limit) else {
            return [:]
        }
        let heights = try? JSONDecoder().decode([String: Height].self, from: Data(reading.bytes))
        return (heights ?? [:]).filter { $0.value > 0 }
    }

    static func store(_ heights: [String: Height], in home: Home) throws(SystemError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and integers always encode.
        let bytes = Array((try? encoder.encode(heights)) ?? Data()) + [UInt8(ascii: "\n")]
        try DurableFile.replace(home.appliedRecord, with: bytes)
    }
}
