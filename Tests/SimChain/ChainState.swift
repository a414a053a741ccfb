/// What the chain's stores hold, as far as an upgrade cares: block store and application apart.
struct ChainState {
    /// The highest block in the block store.
    var stored = 0
    /// The highest block that the application committed.
    var applied = 0
    /// The version that committed it.
    var committer = ""
    /// When the stored block was made.
    var time = WallTime.now
    /// Heights at which upgrades were applied, by name.
    var done: [String: Int] = [:]
    /// Names of the plans that were skipped.
    var skipped: Set<String> = []

    /// Whether a block waits to be replayed before anything else.
    var needsReplay: Bool { stored == applied + 1 }

    /// The upgrade applied last, if any.
    var lastUpgrade: String? { done.max { $0.value < $1.value }?.key }

    /// The plan in state: the lowest that is neither applied nor skipped.
    func currentPlan(of plans: [Plan]) -> Plan? {
        plans.first { done[$0.name] == nil && !skipped.contains($0.name) }
    }
}

// MARK: - On disk

extension ChainState {
    init(path: String) {
        for line in Files.text(path).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            take(parts[0], parts[1])
        }
    }

    /// Replaces the file; not synced, since what a test takes away is the process, not the power.
    func save(to path: String) {
        var lines = ["stored=\(stored)", "applied=\(applied)", "committer=\(committer)"]
        lines.append("time=\(time.seconds).\(time.nanoseconds)")
        lines += done.sorted { $0.value < $1.value }.map { "done=\($0.key)@\($0.value)" }
        lines += skipped.sorted().map { "skipped=\($0)" }
        Files.replace(path, with: lines.joined(separator: "\n") + "\n")
    }

    private mutating func take(_ key: String, _ value: String) {
        switch key {
        case "stored": stored = Int(value) ?? 0
        case "applied": applied = Int(value) ?? 0
        case "committer": committer = value
        case "time":
            let parts = value.split(separator: ".").compactMap { Int($0) }
            if parts.count == 2 { time = WallTime(seconds: parts[0], nanoseconds: parts[1]) }
        case "done":
            let parts = value.split(separator: "@")
            if parts.count == 2 { done[String(parts[0])] = Int(parts[1]) }
        case "skipped": skipped.insert(value)
        default: break
        }
    }
}
