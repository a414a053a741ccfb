import FoundationEssentials

/// Judges the facts of a plan: each check by itself, without looking anywhere.
struct PreflightJudge {
    let facts: PreflightFacts

    init(_ facts: PreflightFacts) {
        self.facts = facts
    }

    func preflight(at now: Date) -> Preflight {
        let isStaged = facts.plan.binary.isStaged
        return Preflight(
            plan: facts.plan.name, evaluatedAt: now,
            subjectSHA256: isStaged ? facts.plan.binary.sha256 : nil,
            checks: PreflightCheck.ID.allCases.map(check))
    }

    func check(_ id: PreflightCheck.ID) -> PreflightCheck {
        let finding: Finding =
            switch id {
            case .planInfo: planInfo
            case .directoryName: directoryName
            case .binaryPresent: binaryPresent
            case .trust: trust
            case .machine: machine
            case .loader: loader
            case .libraries: libraries
            case .permissions: permissions
            case .version: version
            case .diskSpace: host.diskSpace
            case .backup: host.backup
            case .stopGrace: host.stopGrace
            case .hooks: host.hooks
            case .signer: host.signer
            case .height: height
            }
        return finding.check(id)
    }

    private var host: HostJudge { HostJudge(facts.host) }

    /// What a check found, before it is named.
    struct Finding {
        let result: PreflightResult
        let reason: String
        let remedy: String?

        static func pass(_ reason: String) -> Finding {
            Finding(result: .pass, reason: reason, remedy: nil)
        }

        static func warn(_ reason: String, _ remedy: String) -> Finding {
            Finding(result: .warn, reason: reason, remedy: remedy)
        }

        static func fail(_ reason: String, _ remedy: String) -> Finding {
            Finding(result: .fail, reason: reason, remedy: remedy)
        }

        static func unknown(_ reason: String, _ remedy: String) -> Finding {
            Finding(result: .unknown, reason: reason, remedy: remedy)
        }

        func check(_ id: PreflightCheck.ID) -> PreflightCheck {
            PreflightCheck(id, result, reason, remedy: remedy)
        }
    }

    // MARK: - The plan

    private var planInfo: Finding {
        let info = facts.plan.info ?? ""
        return switch SourceDecision(info: info, facts.sourceRules) {
        case .fetch(let address, let key, let remarks): fetch(address, key, remarks)
        case .fetchInfo(let address):
            .warn(
                "the info is an address, and what is there is not known: \(address.url.inQuotes)",
                pinning)
        case .refused(let refusal): refused(refusal)
        }
    }

    private func refused(_ refusal: SourceRefusal) -> Finding {
        let isPinned = facts.plan.expectedSHA256 != nil
        if refusal.kind == .infoBlank, facts.plan.origin != .chain {
            return .pass("the plan has no info: its binary is chosen by hand")
        }
        guard refusal.kind == .infoBrokenJSON else { return .warn(refusal.reason, refusal.remedy) }
        guard isPinned else { return .fail(refusal.reason, refusal.remedy) }
        return .warn(
            refusal.reason + "; the binary is pinned all the same", "Nothing has to be done here.")
    }

    private func fetch(_ address: BinaryAddress, _ key: String, _ remarks: [String]) -> Finding {
        let words = remarks.map { "; " + $0 }.joined()
        let what = "the info names a binary for \(key): \(address.url.inQuotes)\(words)"
        return switch address.checksum {
        case _ where facts.plan.expectedSHA256 != nil: .pass(what)
        case .digests: .pass(what + "; its digest is in the info")
        case .none: .warn(what, pinning)
        case .weak(let digest):
            .warn(what + "; anybody can forge its \(digest.algorithm.rawValue)", pinning)
        case .list:
            .warn(what + "; its digest is in a list that is not at hand", pinning)
        }
    }

    private var pinning: String {
        "Stage the binary, and pin its digest with expected_sha256 of the plan."
    }

    private var directoryName: Finding {
        let release = facts.release
        let directory = facts.plan.directory
        let isPresent = facts.plan.binary.isStaged
        if let near = release.nearMisses.first {
            let reason = "upgrades/\(near) holds a binary, and \(directory) is the plan's folder"
            let remedy = "Move what is right to \(directory), and remove upgrades/\(near)."
            return isPresent ? .warn(reason, remedy) : .fail(reason, remedy)
        }
        guard isPresent || release.unplanned.isEmpty else {
            let others = release.unplanned.map { "upgrades/\($0)" }.joined(separator: ", ")
            return .warn(
                "\(directory) has no binary, and no plan has named that of \(others)",
                "Look whether it is this plan's, and move it to \(directory) then.")
        }
        return .pass("the folder is \(directory)")
    }

    var height: Finding {
        guard let height = facts.plan.height else {
            return .pass("the plan has no height: it waits for a switch by hand")
        }
        let host = facts.host
        if host.skippedHeights.contains(height) {
            return .warn(
                "the daemon is told to skip \(height)",
                "Remove --unsafe-skip-upgrades if the plan is to be applied.")
        }
        if let trouble = facts.heightTrouble {
            let remedy = trouble.remedy.asSentence
            return trouble.isRefusal
                ? .fail(trouble.reason, remedy) : .warn(trouble.reason, remedy)
        }
        if facts.plan.trigger != .height, let halt = host.haltHeight, halt > 0, halt <= height {
            return .warn(
                "the daemon is told to halt at \(halt), and the plan is for \(height)",
                "Set halt-height to 0 in config/app.toml and in the daemon's arguments.")
        }
        guard let stored = host.storedHeight else {
            return .unknown(
                "the height of the node is not known",
                "Let the node run, with its RPC within reach of the supervisor.")
        }
        guard stored < height else {
            return facts.plan.state == .stale
                ? .warn("the height has passed: \(stored)", "Withdraw the plan.")
                : .pass("the height is there: \(stored)")
        }
        return .pass("\(height - stored) blocks were left when this was looked at")
    }
}
