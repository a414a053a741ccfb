/// The check that runs what is staged, shut in.
extension PreflightJudge {
    /// Nobody asks a binary for its version that nothing vouches for, or that cannot be loaded.
    var mayAskForVersion: Bool { reasonNotToAsk == nil }

    private var reasonNotToAsk: Finding? {
        if facts.plan.binary.state == .absent { return nothing }
        guard isVouchedFor else {
            return .unknown(
                "it is not run for its version, for nothing vouches for it",
                "Pin its digest with expected_sha256 of the plan.")
        }
        if case .script = facts.release.program {
            return .unknown(
                "it is a script, which is not run for its version",
                "Look at what it prints for \"version\" where it was made.")
        }
        let hard = PreflightCheck.ID.allCases.filter(\.isHard).map(check)
        if let failed = hard.first(where: { $0.result == .fail || $0.result == .unknown }) {
            return .unknown(
                "it is not run for its version while the check \(failed.id.rawValue) does not pass",
                "Do first what that check says.")
        }
        guard facts.release.access?.isExecutable == true else {
            return .unknown(
                "it is not run for its version, for it may not be executed yet",
                "Allow it: chmod a+x.")
        }
        return nil
    }

    /// A file that somebody has placed counts only where a digest says which bytes were meant.
    private var isVouchedFor: Bool {
        let plan = facts.plan
        guard plan.binary.state == .staged else { return false }
        switch plan.binary.trust {
        case .planChecksum, .pinned, .signature, .manifest: return true
        case .some(.none), nil: return false
        case .handPlaced:
            guard let sha256 = plan.binary.sha256 else { return false }
            return plan.expectedSHA256 == sha256
                || PlanDigests.digests(in: plan.info)?.sha256 == sha256
        }
    }

    var version: Finding {
        if let reason = reasonNotToAsk { return reason }
        return switch facts.version {
        case nil: .unknown("it was not asked for its version yet", "Ask again in a few seconds.")
        case .ended(.code(0), let text): printed(PrintedVersion(in: text))
        case .ended(let exit, let text): failed("ended with \(exit)", text)
        case .late: .warn("it was still busy with telling its version after 10 s", tryIt)
        case .refused(let why): .warn("it could not be run for its version: \(why)", tryIt)
        case .unconfined(let error): unconfined(error)
        }
    }

    private var tryIt: String { "Run it with \"version\" where it was built." }

    private func printed(_ printed: PrintedVersion) -> Finding {
        guard let line = printed.line else {
            return .warn("it prints nothing when it is asked for its version", tryIt)
        }
        if let version = printed.version, let name = DottedVersion(facts.plan.name),
            version.isBehind(name)
        {
            return .warn(
                "it says \"\(line)\", and the plan is \(facts.plan.name)",
                "Make sure that the binary is the one the plan means.")
        }
        return .pass("it prints \"\(line)\"")
    }

    private func failed(_ how: String, _ text: String) -> Finding {
        let words = PrintedVersion(in: text).line.map { ": \($0)" } ?? ""
        return .warn("it \(how) when it was asked for its version, shut in" + words, tryIt)
    }

    private func unconfined(_ error: StageError) -> Finding {
        switch error {
        case .missing:
            .unknown(
                "there is nothing to shut it in with: switchyard-stage is not installed",
                "Install switchyard-stage beside switchyard, and start the supervisor anew.")
        case .failed(let failure) where failure.kind == .notConfined:
            .unknown(
                "it is not run, for it cannot be shut in: \(failure.detail)",
                "Use a kernel with Landlock and seccomp, and let the unit allow both.")
        case .failed(let failure): .unknown("it could not be run: \(failure.detail)", tryIt)
        case .full: .unknown("it was not run, for the disk is too full", "Free some space.")
        case .stopped: .unknown("it was not asked to the end", "Ask again in a few seconds.")
        case .crashed(let how): .unknown("switchyard-stage failed: \(how)", tryIt)
        case .system(let error): .unknown("switchyard-stage could not be run: \(error)", tryIt)
        }
    }
}
